export { OVERFLOW_ATTRIBUTE } from '../store/overflow-attribute.ts';

/** Stands for all values over a limit where series are looked up; no label value can be equal to it. */
export const OVERFLOW_KEY: unique symbol = Symbol('overflow');
