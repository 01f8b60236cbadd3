/** Far more metrics than a service has; where names are made up without end, all begins anew instead of growing for ever. */
const MAX_NAMES = 10_000;

/** Makes for each name once what is the same for it in every body. */
export function keptByName<Made>(make: (name: string) => Made): (name: string) => Made {
  const kept = new Map<string, Made>();
  return (name) => {
    let made = kept.get(name);
    if (made === undefined) {
      if (kept.size >= MAX_NAMES) {
        kept.clear();
      }
      made = make(name);
      kept.set(name, made);
    }
    return made;
  };
}
