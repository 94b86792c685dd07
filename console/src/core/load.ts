// A thing that is asked of the node and shown: loading, here, or what went wrong. What was there stays while it is asked anew.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { call } from './api';
import { listen } from './events';

/** Asks anew when something happened, at most once in two seconds. */
export function useLive(again: () => void): void {
  const latest = useRef(again);
  latest.current = again;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const quit = listen(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        latest.current();
      }, 2000);
    });
    return () => {
      quit();
      clearTimeout(timer);
    };
  }, []);
}

export type Loaded<T> = { value: T | null; problem: unknown; isLoading: boolean; again: (automatic?: boolean) => void };

export function useLoad<T>(path: string | null): Loaded<T> {
  const [state, set] = useState<{ path: string | null; value: T | null; problem: unknown }>({ path, value: null, problem: null });
  const latest = useRef(0);

  const again = useCallback(
    (automatic = false) => {
      if (path === null) return;
      const mine = ++latest.current;
      call<T>('GET', path, { automatic }).then(
        (value) => mine === latest.current && set({ path, value, problem: null }),
        (problem: unknown) => mine === latest.current && set((was) => ({ path, value: was.path === path ? was.value : null, problem })),
      );
    },
    [path],
  );
  useEffect(() => {
    again();
    return () => void latest.current++;
  }, [again]);
  const isMine = state.path === path;
  const value = isMine ? state.value : null;
  const problem = isMine ? state.problem : null;
  return { value, problem, isLoading: path !== null && value === null && problem === null, again };
}
