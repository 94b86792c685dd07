// A list that comes page by page and lives: what is there stays while it is read anew, and a change reads as many pages as are shown.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { call } from './api';
import { listen } from './events';

export type Page<Row> = { list: Row[]; next?: string };
export type Pages<P> = { pages: P[]; problem: unknown; fresh: number; again: () => void; more: () => void };

/** At most one live reading in so long: an event is shown at once, those right behind it together. */
const LIVE_MS = 2000;

/** `path` asks for the first page, with its query; `count` says how many rows of the second are new beside the first. */
export function usePages<P extends Page<unknown>>(path: string, count?: (before: P, now: P) => number): Pages<P> {
  const [pages, setPages] = useState<P[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const [fresh, setFresh] = useState(0);
  const shown = useRef<P[]>([]);
  const round = useRef(0);
  const counting = useRef(count);

  const read = useCallback(
    async (wanted: number, automatic: boolean) => {
      const mine = ++round.current;
      const found: P[] = [];
      try {
        for (let after = ''; found.length < wanted; ) {
          const page = await call<P>('GET', path + (after === '' ? '' : `&after=${encodeURIComponent(after)}`), { automatic });
          found.push(page);
          after = page.next ?? '';
          if (after === '') break;
        }
      } catch (failure) {
        if (mine === round.current) setProblem(failure);
        return;
      }
      if (mine !== round.current) return;
      const [before, now] = [shown.current[0], found[0]];
      if (automatic && before !== undefined && now !== undefined) setFresh(counting.current?.(before, now) ?? 0);
      shown.current = found;
      setProblem(null);
      setPages(found);
    },
    [path],
  );
  useEffect(() => {
    shown.current = [];
    setPages([]);
    setFresh(0);
    void read(1, false);
    let last = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const quit = listen(() => {
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          last = Date.now();
          void read(Math.max(1, shown.current.length), true);
        },
        Math.max(50, last + LIVE_MS - Date.now()),
      );
    });
    return () => {
      quit();
      clearTimeout(timer);
      round.current++;
    };
  }, [read]);
  return { pages, problem, fresh, again: () => void read(Math.max(1, pages.length), false), more: () => void read(pages.length + 1, false) };
}
