import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { createMainMeterProvider } from '../../../packages/observability/src/bridge/main-meter-provider.ts';
import { registerGlobalMeterProvider } from '../../../packages/observability/src/bridge/register-global.ts';
import { captureWarnings } from './captured-warnings.ts';
import { valuesOf } from './collected-points.ts';

describe('registering the global meter provider', () => {
  const warnings = captureWarnings();

  beforeEach(() => metrics.disable());
  afterEach(() => metrics.disable());

  it('exports the instruments of the OpenTelemetry API', async () => {
    const provider = createMainMeterProvider();
    expect(registerGlobalMeterProvider(provider).registered).to.equal(true);
    metrics.getMeter('shop').createCounter('orders').add(1);
    expect(valuesOf(await provider.collect({ timeoutMs: 50 }), 'orders')).to.deep.equal([1]);
    expect(warnings).to.deep.equal([]);
  });

  it('keeps a provider that is there already, and says what to do', () => {
    const other = new MeterProvider();
    metrics.setGlobalMeterProvider(other);
    const { registered, unregister } = registerGlobalMeterProvider(createMainMeterProvider());
    expect(registered).to.equal(false);
    unregister();
    expect(metrics.getMeterProvider()).to.equal(other);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.include('globalMeterProvider: false').and.to.include('before the other SDK starts');
  });

  it('frees the place at the end', () => {
    const provider = createMainMeterProvider();
    const { unregister } = registerGlobalMeterProvider(provider);
    unregister();
    expect(metrics.getMeterProvider()).not.to.equal(provider);
    expect(registerGlobalMeterProvider(createMainMeterProvider()).registered).to.equal(true);
  });

  it('leaves a provider alone that came after it', () => {
    const { unregister } = registerGlobalMeterProvider(createMainMeterProvider());
    metrics.disable();
    const later = new MeterProvider();
    metrics.setGlobalMeterProvider(later);
    unregister();
    expect(metrics.getMeterProvider()).to.equal(later);
  });
});
