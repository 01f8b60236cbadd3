import type { Objectives, SloFile } from './read-slo.ts';

/** Models that share a setting, as a matcher of `model_type`; empty where all share it. */
export interface ModelSelector<Setting> {
  readonly matcher: string;
  readonly setting: Setting;
}

/**
 * Each value that a setting has in slo.yml, with the models that have it: the fallback's takes all models that are not
 * named, so that together they are every model, and none twice.
 */
export function modelSelectors<Setting>(
  { fallback, models }: SloFile,
  settingOf: (objectives: Objectives) => Setting,
): readonly ModelSelector<Setting>[] {
  const key = (setting: Setting): string => JSON.stringify(setting);
  const usual = settingOf(fallback);
  const others = new Map<string, { setting: Setting; names: string[] }>();
  for (const [name, objectives] of models) {
    const setting = settingOf(objectives);
    if (key(setting) !== key(usual)) {
      const group = others.get(key(setting)) ?? { setting, names: [] };
      group.names.push(name);
      others.set(key(setting), group);
    }
  }
  const named = [...others.values()];
  const apart = named.flatMap(({ names }) => names);
  return [
    ...named.map(({ setting, names }) => ({ matcher: `model_type=~${anyOf(names)}`, setting })),
    { matcher: apart.length === 0 ? '' : `model_type!~${anyOf(apart)}`, setting: usual },
  ];
}

/** A quoted regular expression that matches exactly these texts. */
export function anyOf(texts: readonly string[]): string {
  const alternatives = texts.map((text) => text.replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`));
  return JSON.stringify(alternatives.join('|'));
}
