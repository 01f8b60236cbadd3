import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { parse } from 'yaml';
import { committedDashboards } from './support/committed-dashboards.ts';

interface Provisioned {
  readonly apiVersion: number;
  readonly datasources?: readonly { readonly type: string; readonly jsonData: Readonly<Record<string, unknown>> }[];
  readonly providers?: readonly { readonly type: string; readonly options: { readonly path: string } }[];
}

async function provisioning(path: string): Promise<Provisioned> {
  const file = new URL(`../../grafana/provisioning/${path}`, import.meta.url);
  return parse(await readFile(file, 'utf8')) as Provisioned;
}

describe('provisioning of Grafana', () => {
  it('gives the data source that the dashboards choose from, by POST and with the scrape interval', async () => {
    const { apiVersion, datasources = [] } = await provisioning('datasources/prometheus.yml');
    expect(apiVersion).to.equal(1);
    expect(datasources).to.have.length(1);
    expect(datasources[0]?.type).to.equal('prometheus');
    expect(datasources[0]?.jsonData).to.deep.include({ timeInterval: '15s', httpMethod: 'POST' });
  });

  it('reads the dashboards from a folder', async () => {
    const { apiVersion, providers = [] } = await provisioning('dashboards/inferometer.yml');
    expect(apiVersion).to.equal(1);
    expect(providers[0]).to.deep.include({ type: 'file', options: { path: '/etc/grafana/dashboards' } });
  });

  for (const dashboard of committedDashboards) {
    it(`takes ${dashboard.name}.json as it is, and so does an import by hand: classic JSON without an id or inputs`, () => {
      // Grafana 13 refuses a file in the second schema (`apiVersion`, `spec`), https://github.com/grafana/grafana/issues/127928
      expect(dashboard).to.not.have.any.keys('apiVersion', 'spec', '__inputs', 'id');
      expect(dashboard.schemaVersion).to.be.within(36, 42);
      expect(dashboard).to.have.property('panels');
    });
  }
});
