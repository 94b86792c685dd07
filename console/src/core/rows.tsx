// What lists share: time left, and the way through their rows by keyboard.
import type { Left } from './clock';

/** Time left in words, with a sign and a bar: never by colour alone. */
export function LeftShown({ left: time }: { left: Left }) {
  const signs = { overdue: '▲', soon: '◆', runs: '●', stands: '❚❚', none: '–' } as const;
  return (
    <span class={`left ${time.kind}`}>
      <span aria-hidden="true">{signs[time.kind]}</span> <span>{time.text}</span>
      {(time.kind === 'runs' || time.kind === 'soon') && (
        <span class="bar" aria-hidden="true">
          <span style={{ width: `${Math.round(time.share * 100)}%` }} />
        </span>
      )}
    </span>
  );
}

/** j and k go through the links of the rows, and stay at the ends. */
export function rowMove(by: number): void {
  const links = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  links[Math.min(links.length - 1, Math.max(0, at === -1 ? 0 : at + by))]?.focus();
}
