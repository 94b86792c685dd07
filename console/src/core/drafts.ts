// What was entered and not sent yet: it stays while the desk is locked and while its officer looks at something else, in this tab's
// memory alone. Log-out, and another officer at the same desk, throw it away.
import { effect } from '@preact/signals';
import { useState } from 'preact/hooks';
import { session, sessionGone } from './state';

const drafts = new Map<string, unknown>();
let owner = '';

effect(() => {
  const officer = session.value?.officer;
  if (sessionGone.value === 'out' || (officer !== undefined && officer !== owner)) drafts.clear();
  if (officer !== undefined) owner = officer;
});

export function useDraft<T extends object>(name: string, empty: T): [T, (change: Partial<T>) => void, () => void] {
  const [draft, set] = useState<T>((drafts.get(name) as T | undefined) ?? empty);
  const change = (part: Partial<T>): void =>
    set((was) => {
      const now = { ...was, ...part };
      drafts.set(name, now);
      return now;
    });
  return [draft, change, () => void drafts.delete(name)];
}
