// Doing something: once, however often it is tried. The same thing tried again goes under the same key, so that an answer that got lost
// on the line is no second message; what was changed before the next try is another thing. An act of weight asks for the password.
import { useRef, useState } from 'preact/hooks';
import w from './act.words';
import { call, keyMake, Problem } from './api';
import { Field, ProblemBox } from './parts';
import { say } from './words';

export type Doing = { method: string; path: string; body?: unknown; isKeyed?: boolean };
export type Acting<T> = {
  done: T | null;
  isBusy: boolean;
  problem: unknown;
  wantsProof: boolean;
  isProofWrong: boolean;
  run: (doing: Doing) => Promise<void>;
  prove: (password: string) => Promise<void>;
};

export function useAct<T>(): Acting<T> {
  const [done, setDone] = useState<T | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [wanting, setWanting] = useState<Doing | null>(null);
  const [isProofWrong, setProofWrong] = useState(false);
  const key = useRef({ of: '', value: '' });

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (failure) {
      setProblem(failure);
    } finally {
      setBusy(false);
    }
  };
  const send = async (doing: Doing): Promise<void> => {
    const of = JSON.stringify(doing);
    if (key.current.of !== of) key.current = { of, value: keyMake() };
    try {
      const body = doing.body === undefined ? {} : { body: doing.body };
      setDone(await call<T>(doing.method, doing.path, { ...body, ...(doing.isKeyed === false ? {} : { key: key.current.value }) }));
      setWanting(null);
    } catch (failure) {
      if (failure instanceof Problem && failure.kind === 'proof') {
        setWanting(doing);
        return;
      }
      throw failure;
    }
  };
  return {
    done,
    isBusy,
    problem,
    wantsProof: wanting !== null,
    isProofWrong,
    run: (doing) => attempt(() => send(doing)),
    prove: (password) =>
      attempt(async () => {
        setProofWrong(false);
        try {
          await call('POST', '/api/v1/session/proof', { body: { password } });
        } catch (failure) {
          if (!(failure instanceof Problem) || failure.kind !== 'forbidden') throw failure;
          setProofWrong(true);
          return;
        }
        if (wanting !== null) await send(wanting);
      }),
  };
}

const focus = (input: HTMLInputElement | null): void => input?.focus();

/** The password once more, and what went wrong; nothing where neither is so. */
export function ActState<T>({ of }: { of: Acting<T> }) {
  const [password, setPassword] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    const typed = password;
    setPassword('');
    if (typed !== '') void of.prove(typed);
  };
  return (
    <>
      {of.problem !== null && <ProblemBox problem={of.problem} />}
      {of.wantsProof && (
        <form class="proof" onSubmit={submit}>
          <p role="status">
            <strong>{say(w.proof)}</strong>
          </p>
          <Field label={say(w.password)} error={of.isProofWrong ? say(w.wrong) : undefined}>
            {(ids) => (
              <input
                {...ids}
                ref={focus}
                type="password"
                autocomplete="current-password"
                value={password}
                onInput={(event) => setPassword(event.currentTarget.value)}
              />
            )}
          </Field>
          <button type="submit" class="main" aria-busy={of.isBusy}>
            {say(w.go)}
          </button>
        </form>
      )}
    </>
  );
}
