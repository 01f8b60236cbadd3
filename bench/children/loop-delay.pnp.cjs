// Measures how late the event loop of the observer's thread is. The thread is started without the preloads of its
// application, but for those of Yarn's Plug'n'Play, which are known by their name: hence this file's.
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { BroadcastChannel, workerData } = require('node:worker_threads');

if (workerData?.inferometerObserver === true) {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const channel = new BroadcastChannel('loop-delay');
  channel.onmessage = ({ data }) => {
    if (data === 'begin') {
      loop.reset();
      loop.enable();
      channel.postMessage('begun');
    } else if (data === 'report') {
      loop.disable();
      channel.postMessage({ maxMs: loop.max / 1e6 });
    }
  };
  channel.unref();
}
