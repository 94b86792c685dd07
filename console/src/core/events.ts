// Live events: one stream for all tabs of this desk, since each takes a connection of the node. The tab that holds the lock listens
// and hands every event on; when it closes, another takes its place.
import { effect } from '@preact/signals';
import { sessionEnd, sessionLook } from './api';
import { isOffline, session } from './state';

export type Happened = { kind: string; agreement: string; entry: number; count: number };
type Listener = (event: Happened) => void;
type Told = { happened: Happened } | { session: true } | { out: true };

const listeners = new Set<Listener>();
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('besa');

export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What a reader who missed events does: as if anything might have happened. */
const unknown: Happened = { kind: 'reset', agreement: '', entry: 0, count: 0 };

function happen(event: Happened): void {
  for (const listener of listeners) listener(event);
}

function share(told: Told): void {
  channel?.postMessage(told);
}

if (channel !== null)
  channel.onmessage = (message: MessageEvent<Told>) => {
    if ('happened' in message.data) happen(message.data.happened);
    else if ('out' in message.data) sessionEnd('out'); // also where the end of the stream told it first
    else if ('session' in message.data) void sessionLook(false).catch(() => undefined);
  };

/** Other tabs of this desk share the cookie: they hear that it has changed. */
export function tellSession(isOut: boolean): void {
  share(isOut ? { out: true } : { session: true });
}

function openStream(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stream = new EventSource('/api/v1/events');
    const close = (): void => {
      stream.close();
      resolve();
    };
    signal.addEventListener('abort', close);
    stream.onmessage = (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as Happened;
      happen(event);
      share({ happened: event });
    };
    stream.addEventListener('reset', () => {
      happen(unknown);
      share({ happened: unknown });
    });
    // The session has ended, or this stream's time is over: the session says which.
    stream.addEventListener('end', () => {
      close();
      void sessionLook(false).catch(() => undefined);
    });
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) close();
    };
  });
}

// A line that comes back: what happened meanwhile is not known.
let wasOffline = false;
effect(() => {
  if (wasOffline && !isOffline.value) happen(unknown);
  wasOffline = isOffline.value;
});

let stop: AbortController | null = null;

async function hold(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await openStream(signal);
    if (!signal.aborted) await new Promise((done) => setTimeout(done, 5000));
    if (!signal.aborted) happen(unknown);
  }
}

if (typeof window !== 'undefined')
  effect(() => {
    const isIn = session.value !== null && !session.value.must_change;
    if (isIn && stop === null) {
      const mine = new AbortController();
      stop = mine;
      navigator.locks
        .request('besa-events', { signal: mine.signal }, () => hold(mine.signal))
        .catch(() => undefined); // the wait was given up
    } else if (!isIn && stop !== null) {
      stop.abort();
      stop = null;
    }
  });
