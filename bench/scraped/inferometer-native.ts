import { createOurs } from './ours.ts';
import type { ScrapedLibrary } from './scraped-library.ts';

export function create(hasTenants: boolean): Promise<ScrapedLibrary> {
  return createOurs(hasTenants, { nativeHistograms: true });
}
