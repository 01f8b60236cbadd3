import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { text as readText } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

describe('an observer server that is unreferenced', () => {
  it('lets the process end while it listens and a scraper keeps its connection', async () => {
    const script = fileURLToPath(new URL('./fixtures/unreferenced-server.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=@inferometer/source', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
    const agent = new Agent({ keepAlive: true });
    const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
    expect(response.headers.connection).to.equal('keep-alive');
    expect(await readText(response)).to.equal('x 1\n');
    expect(await ended).to.deep.equal([0, null]);
    agent.destroy();
  });
});
