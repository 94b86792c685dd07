// The first log-in: a one-time password is good for setting one's own, and for nothing else.
import { useState } from 'preact/hooks';
import { call, sessionLook } from '../../core/api';
import { at } from '../../core/clock';
import { Field, Heading, ProblemBox } from '../../core/parts';
import { session } from '../../core/state';
import { say } from '../../core/words';
import { wrongFocus } from '../../core/wrong';
import { isLongEnough } from './rule';
import w from './words';

export function Password() {
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const given = session.value;

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (old === '' || !isLongEnough(fresh) || fresh !== again) return wrongFocus();
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    try {
      await call('POST', '/api/v1/password', { body: { old, new: fresh } });
      await sessionLook(true);
    } catch (failure) {
      setProblem(failure);
    } finally {
      setBusy(false);
    }
  };
  const input = (value: string, set: (value: string) => void, complete: string) => (ids: object) => (
    <input {...ids} type="password" autocomplete={complete} value={value} onInput={(event) => set(event.currentTarget.value)} />
  );
  return (
    <main id="content" class="narrow">
      <Heading>{say(w.title)}</Heading>
      <p>{say(w.why)}</p>
      {given?.password_set_by !== undefined && (
        <p>
          {say(w.setBy, {
            at: at(given.password_set),
            by: given.password_set_by,
            confirmed: given.password_confirmed_by ?? '',
          })}
        </p>
      )}
      {problem !== null && <ProblemBox problem={problem} />}
      <form onSubmit={submit} noValidate>
        <Field label={say(w.old)} error={isTried && old === '' ? say(w.needed) : undefined}>
          {input(old, setOld, 'current-password')}
        </Field>
        <Field label={say(w.fresh)} hint={say(w.freshHint)} error={isTried && !isLongEnough(fresh) ? say(w.short) : undefined}>
          {input(fresh, setFresh, 'new-password')}
        </Field>
        <Field label={say(w.again)} error={isTried && again !== fresh ? say(w.differ) : undefined}>
          {input(again, setAgain, 'new-password')}
        </Field>
        <button type="submit" class="main" aria-busy={isBusy}>
          {say(w.set)}
        </button>
      </form>
    </main>
  );
}
