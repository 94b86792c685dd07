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
  delay: 'delay-tell',
  doubt: 'urgency-doubt',
  reply: 'clarification-reply',
  urgency: 'urgency-reply',
  assign: 'assign',
};

/** What is said about a message of this type; a question or a doubt is about a request of ours. */
const about: Record<string, readonly Decision[]> = {
  request: decisions.filter((one) => one !== 'reply' && one !== 'urgency'),
  clarification: ['reply'],
  urgency_not_shared: ['urgency'],
};

export function possible(shown: ItemShown, who: Pick<Session, 'party' | 'role'> | null): Decision[] {
  const isToUs = partiesOf(shown.log)?.to === who?.party && who !== null;
  const isOver = shown.body === undefined || shown.timeline.some((one) => one.what === 'answer');
  if (!isToUs || isOver) return [];
  const isUrgent = shown.body?.['urgent'] === true;
  return (about[shown.type] ?? []).filter((one) => may(who.role, acts[one]) && (isUrgent || (one !== 'access' && one !== 'doubt')));
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
