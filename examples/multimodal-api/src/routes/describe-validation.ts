import type { FastifySchemaValidationError } from 'fastify';

/** Says which field is wrong and how, never what was in it. */
export function describeValidation(errors: readonly FastifySchemaValidationError[]): Error {
  // `oneOf` comes last, after what was wrong with each alternative; alone, it means that several hold.
  const [first] = errors;
  if (first?.keyword === 'required') return new Error(`body must have ${listMissing(errors)}`);
  if (first?.keyword === 'oneOf') return new Error('body has properties that exclude each other');
  return new Error(`body${first?.instancePath ?? ''} ${first?.message ?? 'is not valid'}`);
}

/** Without this, a caller who forgot `text` reads "must match exactly one schema in oneOf". */
function listMissing(errors: readonly FastifySchemaValidationError[]): string {
  return errors
    .filter(({ keyword }) => keyword === 'required')
    .map(({ params }) => `"${String(params['missingProperty'])}"`)
    .join(' or ');
}
