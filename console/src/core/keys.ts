// Single keys as shortcuts. They are for those who want them: the help turns them off (WCAG 2.1.4), and where somebody types they
// are letters.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const KEPT = 'besa-keys';
export const areKeysOn = signal(typeof document === 'undefined' || localStorage.getItem(KEPT) !== 'off');

export function keysTurn(isOn: boolean): void {
  areKeysOn.value = isOn;
  localStorage.setItem(KEPT, isOn ? 'on' : 'off');
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function useKeys(keys: Record<string, () => void>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const act = keys[event.key];
      if (act === undefined || !areKeysOn.value || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
}
