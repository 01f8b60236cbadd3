import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import {
  loadReferenceProfile,
  parseReferenceProfile,
  ReferenceProfileError,
  saveReferenceProfile,
  type ReferenceProfile,
} from '@inferometer/drift-metrics';
import { referenceOf } from '../support/predictions.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Editable = { [field: string]: unknown; signals: { [field: string]: unknown }[] };

describe('Reference files', () => {
  const pathOf = temporaryFolder();

  function faultOf(action: () => unknown): ReferenceProfileError {
    try {
      action();
    } catch (error) {
      expect(ReferenceProfileError.isInstance(error)).to.equal(true);
      return error as ReferenceProfileError;
    }
    throw new Error('nothing was thrown');
  }

  it('are read as they were written, and nothing else is left in the folder', () => {
    const profile = referenceOf();
    saveReferenceProfile(profile, pathOf('a.json'));
    expect(loadReferenceProfile(pathOf('a.json'), { modelType: 'document' })).to.deep.equal(profile);
    expect(readdirSync(dirname(pathOf('a.json')))).to.deep.equal(['a.json']);
  });

  it('are refused where they cannot be read', () => {
    expect(faultOf(() => loadReferenceProfile(pathOf('absent.json')))).to.include({ fault: 'unreadable' });
    expect(faultOf(() => loadReferenceProfile(dirname(pathOf('x')))).message).to.contain('it is not a file');
    expect(faultOf(() => saveReferenceProfile(referenceOf(10), pathOf('absent/a.json')))).to.include({
      fault: 'unreadable',
    });
  });

  it('are refused where they are cut off, empty, or of another kind, version or model', () => {
    const text = JSON.stringify(referenceOf(50));
    writeFileSync(pathOf('cut.json'), text.slice(0, text.length / 2));
    expect(faultOf(() => loadReferenceProfile(pathOf('cut.json')))).to.include({ fault: 'damaged' });
    expect(faultOf(() => parseReferenceProfile(''))).to.include({ fault: 'damaged' });
    for (const foreign of ['{}', 'null', '[]', '3', '{"schema": "another"}']) {
      expect(
        faultOf(() => parseReferenceProfile(foreign)),
        foreign,
      ).to.include({ fault: 'foreign' });
    }
    expect(faultOf(() => parseReferenceProfile(text.replace('"version":1', '"version":2'))).message).to.equal(
      'the reference profile has version 2 and this package reads version 1; make it again with inferometer profile.',
    );
    expect(faultOf(() => parseReferenceProfile(text, 'a.json', { modelType: 'image' })).message).to.equal(
      'a.json is of the model "document", not of "image"; give each model its own reference.',
    );
  });

  it('are refused where one digit was changed', () => {
    const text = JSON.stringify(referenceOf(50));
    const edited = text.replace(/"counts":\[(\d+)/, (_, count: string) => `"counts":[${Number(count) + 1}`);
    expect(faultOf(() => parseReferenceProfile(edited)).message).to.contain('does not have its hash');
  });

  it('are refused where any part is not what it has to be', () => {
    const edits: [string, (profile: Editable) => void][] = [
      ['modelType', (profile) => (profile['modelType'] = 3)],
      ['origin', (profile) => (profile['origin'] = 'dream')],
      ['samples', (profile) => (profile['samples'] = -1)],
      ['samples must be a count and signals a list', (profile) => ((profile['signals'] as unknown as string) = 'none')],
      ['signals[0]', (profile) => (profile.signals[0] = null as never)],
      ['signals[0] must have counts', (profile) => (profile.signals[0]!['counts'] = [1, -1, 0, 0, 0])],
      ['signals[0] must have counts', (profile) => (profile.signals[0]!['counts'] = [0, 0, 0, 0, 0])],
      ['signals[0] must have one category', (profile) => (profile.signals[0]!['categories'] = ['a', 'a', 'b'])],
      [
        'signals[1] must have ascending edges',
        (profile) => (profile.signals[1]!['edges'] = (profile.signals[1]!['edges'] as number[]).toReversed()),
      ],
      ['signals[1] must have ascending means', (profile) => (profile.signals[1]!['means'] = null)],
      ['signals[1] must have a minimum', (profile) => (profile.signals[1]!['minimum'] = 3)],
      ['signals[2] has no known role', (profile) => (profile.signals[2]!['role'] = 'colour')],
      ['signals[1] is there twice', (profile) => (profile.signals[1] = profile.signals[0]!)],
      ['accuracy', (profile) => (profile['accuracy'] = { labelled: 1, correct: 2 })],
      ['calibration', (profile) => (profile['calibration'] = { labelled: [], correct: [], accuracy: [] })],
      ['createdAt', (profile) => delete profile['createdAt']],
    ];
    for (const [message, edit] of edits) {
      const profile = structuredClone(referenceOf(50)) as unknown as Editable;
      edit(profile);
      const error = faultOf(() => parseReferenceProfile(JSON.stringify(profile)));
      expect(error.fault, message).to.equal('damaged');
      expect(error.message).to.contain(`is damaged: ${message}`);
    }
  });

  it('are described by the JSON schema of the package', () => {
    const path = new URL(
      '../../../packages/drift-metrics/src/reference/reference-profile.schema.json',
      import.meta.url,
    );
    const schema = JSON.parse(readFileSync(path, 'utf8')) as {
      required: string[];
      properties: Record<string, unknown>;
    };
    const profile: ReferenceProfile = referenceOf(50);
    expect(Object.keys(profile)).to.include.members(schema.required);
    expect(Object.keys(schema.properties)).to.include.members(Object.keys(profile));
  });
});
