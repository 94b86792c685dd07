// Who says what to whom; the other side's name never stands alone.
import { country } from '../../codes/country';
import type { ItemShown } from '../../core/types';
import { say } from '../../core/words';
import { partiesOf } from './read';
import w from './words';

export function Direction({ shown }: { shown: ItemShown }) {
  const parties = partiesOf(shown.log);
  const word = shown.type === 'request' ? w.asks : shown.type === 'answer' ? w.answers : shown.type === 'spontaneous' ? w.gives : w.writes;
  if (parties === null) return <bdi class="exact">{shown.log}</bdi>;
  return <>{say(word, { from: country(parties.from), to: country(parties.to) })}</>;
}
