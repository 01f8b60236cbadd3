export type Method = (this: unknown, ...values: unknown[]) => unknown;

/**
 * Puts a method of `target`'s own over the one that it has. The object stays the same one, and passes the brand checks
 * of its class, which a proxy would not.
 *
 * @param make gets the method that was there, and returns the one to put over it; not called where there is none
 * @returns false where there is no such method, or the object is frozen
 */
export function intercept(target: object, name: PropertyKey, make: (original: Method) => Method): boolean {
  const original = methodOf(target, name);
  return original !== undefined && defineMethod(target, name, make(original));
}

/** Gives `target` a method; false where the object refuses, or, being a proxy, goes on showing another. */
export function defineMethod(target: object, name: PropertyKey, value: Method): boolean {
  try {
    // Not enumerable, as methods of a class are not: printing and comparing the object shows nothing new.
    const enumerable = Object.getOwnPropertyDescriptor(target, name)?.enumerable ?? false;
    return (
      Reflect.defineProperty(target, name, { value, enumerable, writable: true, configurable: true }) &&
      Reflect.get(target, name) === value
    );
  } catch {
    return false;
  }
}

/** The method of that name, or undefined: also where asking for it throws. */
export function methodOf(target: object, name: PropertyKey): Method | undefined {
  try {
    const value: unknown = Reflect.get(target, name);
    return typeof value === 'function' ? (value as Method) : undefined;
  } catch {
    return undefined;
  }
}
