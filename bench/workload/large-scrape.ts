/** Of the large service, by effort. */
export const HISTOGRAMS = { full: 7000, quick: 7000, tiny: 20 } as const;

/** How often it is scraped. */
export const EFFORTS = {
  full: { warmUpScrapes: 8, rounds: 9, scrapesPerRound: 1 },
  quick: { warmUpScrapes: 4, rounds: 3, scrapesPerRound: 1 },
  tiny: { warmUpScrapes: 1, rounds: 1, scrapesPerRound: 1 },
} as const;
