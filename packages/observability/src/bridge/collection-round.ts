/** One collection of the user's instruments. */
export interface CollectionRound {
  /** Counts collections from 1. */
  readonly number: number;
  /** Resolves when observable callbacks have had their time; stays pending if the round ends before. */
  readonly deadline: Promise<void>;
  /** Ends the round; its deadline no longer fires. */
  end(): void;
}

export function startCollectionRound(number: number, timeoutMs: number): CollectionRound {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  return {
    number,
    deadline,
    end(): void {
      clearTimeout(timer);
    },
  };
}
