import { expect } from 'chai';
import { failureCode } from '../../../packages/observability/src/inference/failure-code.ts';

describe('the error code of a failed inference', () => {
  it('is the code that the error carries', () => {
    expect(failureCode(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).to.equal('ECONNREFUSED');
    expect(failureCode(Object.assign(new Error('busy'), { code: 14 }))).to.equal('14');
    expect(failureCode({ code: 'quota' })).to.equal('quota');
  });

  it('is the name of the class where there is no code', () => {
    class ModelTimeout extends Error {}
    expect(failureCode(new ModelTimeout('slow'))).to.equal('ModelTimeout');
    expect(failureCode(new RangeError('too long'))).to.equal('RangeError');
    expect(failureCode(new Error('plain'))).to.equal('Error');
  });

  it('does not take an empty or unusable code for one', () => {
    for (const code of ['', Number.NaN, Number.POSITIVE_INFINITY, null, undefined, {}, true]) {
      expect(failureCode(Object.assign(new TypeError('odd'), { code }))).to.equal('TypeError');
    }
  });

  it('prefers the name of an error to a class name that says nothing or was minified', () => {
    const named = Object.assign(new Error('slow'), { name: 'GatewayTimeout' });
    expect(failureCode(named)).to.equal('GatewayTimeout');
    const minified = new (class t extends Error {})('slow');
    expect(failureCode(Object.assign(minified, { name: 'GatewayTimeout' }))).to.equal('GatewayTimeout');
    expect(failureCode(new (class extends Error {})('anonymous'))).to.equal('Error');
  });

  it('is aborted for every way in which Node and its clients tell of an abort', async () => {
    const controller = new AbortController();
    controller.abort();
    expect(failureCode(controller.signal.reason)).to.equal('aborted');
    expect(failureCode(new DOMException('gone', 'AbortError'))).to.equal('aborted');
    expect(failureCode(Object.assign(new Error('gone'), { name: 'AbortError' }))).to.equal('aborted');
    expect(failureCode(Object.assign(new Error('gone'), { code: 'ABORT_ERR' }))).to.equal('aborted');
    expect(failureCode(Object.assign(new Error('gone'), { code: 'ERR_CANCELED' }))).to.equal('aborted');
    const { setTimeout } = await import('node:timers/promises');
    const rejection: unknown = await setTimeout(1, undefined, { signal: controller.signal }).catch((error) => error);
    expect(failureCode(rejection)).to.equal('aborted');
  });

  it('calls a DOMException by its name and not by its legacy number', () => {
    expect(failureCode(new DOMException('slow', 'TimeoutError'))).to.equal('TimeoutError');
    expect(failureCode(new DOMException('odd', 'DataCloneError'))).to.equal('DataCloneError');
  });

  it('does not look behind the outermost error', () => {
    class ModelTimeout extends Error {}
    const cause = new DOMException('our own timer', 'AbortError');
    expect(failureCode(new ModelTimeout('slow', { cause }))).to.equal('ModelTimeout');
  });

  it('is unknown for what says nothing about itself', () => {
    for (const thrown of [
      undefined,
      null,
      'model x failed on input y',
      17,
      true,
      Symbol('x'),
      1n,
      {},
      Object.create(null),
    ]) {
      expect(failureCode(thrown)).to.equal('unknown');
    }
  });

  it('survives errors that throw when they are looked at', () => {
    const throwing = {
      get code(): string {
        throw new Error('no code');
      },
      get name(): string {
        throw new Error('no name');
      },
    };
    expect(failureCode(throwing)).to.equal('unknown');
    const hostile = new Proxy(new Error('x'), {
      get() {
        throw new Error('no');
      },
      getPrototypeOf() {
        throw new Error('no');
      },
    });
    expect(failureCode(hostile)).to.equal('unknown');
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(failureCode(proxy)).to.equal('unknown');
  });
});
