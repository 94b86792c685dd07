// Which screen is open: it stands behind the '#', which a browser sends to nobody.
import { signal } from '@preact/signals';

export type Route = { screen: string; id: string; filter: string };

export function routeRead(hash: string): Route {
  const [path = '', filter = ''] = hash.replace(/^#\/?/, '').split('?');
  const [screen = '', id = ''] = path.split('/');
  let plain = '';
  try {
    plain = decodeURIComponent(id);
  } catch {
    // not an id that this console wrote
  }
  return { screen: screen === '' ? 'inbox' : screen, id: plain, filter };
}

export const route = signal<Route>(routeRead(typeof location === 'undefined' ? '' : location.hash));

if (typeof window !== 'undefined')
  window.addEventListener('hashchange', () => {
    route.value = routeRead(location.hash);
  });

export function link(screen: string, id = '', filter = ''): string {
  return `#/${screen}${id === '' ? '' : `/${encodeURIComponent(id)}`}${filter === '' ? '' : `?${filter}`}`;
}

export function go(to: string): void {
  location.hash = to;
}
