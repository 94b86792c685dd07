// Log-in: officer and password. A session that has ended comes back to the same screen.
import { useState } from 'preact/hooks';
import { call, Problem } from '../../core/api';
import { tellSession } from '../../core/events';
import { Field, Heading, ProblemBox } from '../../core/parts';
import { session, sessionGone } from '../../core/state';
import type { Session } from '../../core/types';
import { say } from '../../core/words';
import { wrongFocus } from '../../core/wrong';
import w from './words';

export function Login() {
  const [officer, setOfficer] = useState('');
  const [password, setPassword] = useState('');
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (officer.trim() === '' || password === '') return wrongFocus();
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    try {
      const body = { officer: officer.trim(), password };
      session.value = await call<Session>('POST', '/api/v1/session', { body });
      tellSession(false);
    } catch (failure) {
      setPassword('');
      setProblem(failure);
    } finally {
      setBusy(false);
    }
  };
  const isWrong = problem instanceof Problem && problem.kind === 'over';
  return (
    <main id="content" class="narrow">
      <Heading>{say(w.title)}</Heading>
      {sessionGone.value === 'over' && <p role="status">{say(w.over)}</p>}
      {sessionGone.value === 'out' && <p role="status">{say(w.out)}</p>}
      {isWrong && (
        <div class="problem" role="alert">
          <p>
            <strong>{say(w.refused)}</strong> {say(w.refusedNext)}
          </p>
        </div>
      )}
      {problem !== null && !isWrong && <ProblemBox problem={problem} />}
      <form onSubmit={submit} noValidate>
        <Field label={say(w.officer)} hint={say(w.officerHint)} error={isTried && officer.trim() === '' ? say(w.needed) : undefined}>
          {(ids) => (
            <input
              {...ids}
              name="officer"
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
              maxLength={64}
              value={officer}
              onInput={(event) => setOfficer(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={say(w.password)} hint={say(w.passwordHint)} error={isTried && password === '' && !isBusy ? say(w.needed) : undefined}>
          {(ids) => (
            <input
              {...ids}
              name="password"
              type="password"
              autocomplete="current-password"
              value={password}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          )}
        </Field>
        <button type="submit" class="main" aria-busy={isBusy}>
          {say(w.enter)}
        </button>
      </form>
    </main>
  );
}
