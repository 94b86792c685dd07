// What can be done about a request to us, by this officer's role; the node decides all the same.
import { may, type Act } from '../../codes/roles';
import { link } from '../../core/route';
import { session } from '../../core/state';
import type { ItemShown, Session } from '../../core/types';
import { say } from '../../core/words';
import { title } from '../decide/view';
import { decisions, type Decision } from '../decide/form';
import { partiesOf } from './read';
import w from './words';

const acts: Record<Decision, Act> = {
  give: 'answer-send',
  nothing: 'answer-send',
  refuse: 'refuse-send',
  clarify: 'clarification-ask',
  access: 'access-decide',
  doubt: 'urgency-doubt',
  assign: 'assign',
};

export function possible(shown: ItemShown, who: Pick<Session, 'party' | 'role'> | null): Decision[] {
  const parties = partiesOf(shown.log);
  const isToUs = shown.type === 'request' && parties !== null && parties.to === who?.party;
  const isOver = shown.body === undefined || shown.timeline.some((one) => one.what === 'answer');
  if (!isToUs || isOver) return [];
  return decisions.filter((one) => may(who?.role, acts[one]) && (shown.body?.['urgent'] === true || (one !== 'access' && one !== 'doubt')));
}

export function Acts({ shown }: { shown: ItemShown }) {
  const list = possible(shown, session.value);
  if (list.length === 0) return null;
  return (
    <nav class="acts" aria-label={say(w.acts)}>
      {list.map((one) => (
        <a key={one} href={link('decide', shown.item, one)}>
          {title(one)}
        </a>
      ))}
    </nav>
  );
}
