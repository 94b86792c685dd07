// The frame: who is logged in, for which piece of work, in which language, until when; and the screen that is open.
import { useEffect, useRef, useState } from 'preact/hooks';
import { code } from '../codes/code';
import { may } from '../codes/roles';
import { call, sessionEnd, sessionLook } from '../core/api';
import { hour } from '../core/clock';
import { tellSession } from '../core/events';
import { areKeysOn, keysTurn, useKeys } from '../core/keys';
import { Empty, Heading, Loading, ProblemBox } from '../core/parts';
import { link, route } from '../core/route';
import { isOffline, isTraining, now, session, sessionGone, work } from '../core/state';
import type { Session } from '../core/types';
import { language, languages, say, type Language, type Word } from '../core/words';
import { Alarms } from '../screens/alarms/view';
import { Approvals, ApprovalScreen } from '../screens/approvals/view';
import { Compose } from '../screens/compose/view';
import { decisionRead } from '../screens/decide/form';
import { Decide } from '../screens/decide/view';
import { Inbox } from '../screens/inbox/view';
import { Login } from '../screens/login/view';
import { Password } from '../screens/password/view';
import { RequestScreen } from '../screens/request/view';
import { Sent } from '../screens/sent/view';
import { WorkScreen } from '../screens/work/view';
import { warningOf } from './session';
import w from './words';

/** Each language is named in itself: who cannot read the one that is on finds their own. */
const names: Record<Language, string> = { ro: 'Română', sq: 'Shqip', en: 'English' };

function Languages() {
  return (
    <div class="languages" role="group" aria-label={say(w.language)}>
      {languages.map((one) => (
        <button type="button" key={one} lang={one} aria-pressed={language.value === one} onClick={() => (language.value = one)}>
          {names[one]}
        </button>
      ))}
    </div>
  );
}

function Keys({ close }: { close: () => void }) {
  const at = useRef<HTMLDialogElement>(null);
  useEffect(() => at.current?.showModal(), []);
  const keys = [
    ['j', w.keyNext],
    ['k', w.keyBefore],
    ['Enter', w.keyOpen],
    ['/', w.keyFind],
    ['?', w.keyHelp],
  ] as const;
  return (
    <dialog ref={at} onClose={close} aria-labelledby="keys">
      <h2 id="keys">{say(w.keys)}</h2>
      <dl class="facts">
        {keys.map(([key, word]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{say(word)}</dd>
          </div>
        ))}
      </dl>
      <p>
        <label>
          <input type="checkbox" checked={areKeysOn.value} onChange={(event) => keysTurn(event.currentTarget.checked)} /> {say(w.keysOn)}
        </label>
      </p>
      <button type="button" onClick={() => at.current?.close()}>
        {say(w.close)}
      </button>
    </dialog>
  );
}

async function logOut(): Promise<void> {
  try {
    await call('DELETE', '/api/v1/session');
  } catch {
    // over already, or the line is down: the node ends it by itself
  }
  sessionEnd('out');
  tellSession(true);
}

function Warning({ of }: { of: Session }) {
  const warning = warningOf(of, now.value);
  if (warning === null) return null;
  return (
    <div class="notice" role="alert">
      {say(warning.kind === 'idle' ? w.soon : w.soonEnds, { m: warning.minutes })}{' '}
      {warning.kind === 'idle' && (
        <button type="button" onClick={() => void sessionLook(true).catch(() => undefined)}>
          {say(w.stay)}
        </button>
      )}
    </div>
  );
}

function WorkBar({ change }: { change: () => void }) {
  const current = work.value;
  if (current === null) return null;
  return (
    <section class="work" aria-label={say(w.workBar)}>
      <span>
        <span class="quiet">{say(w.reason)}</span> <bdi>{current.reason}</bdi>
      </span>
      <span>
        <span class="quiet">{say(w.caseNumber)}</span> <strong>{current.caseNumber === '' ? say(w.noCase) : <bdi>{current.caseNumber}</bdi>}</strong>
      </span>
      <button type="button" onClick={change}>
        {say(w.change)}
        <span class="sr"> {say(w.changeWhat)}</span>
      </button>
    </section>
  );
}

/** The screens of a role, the first of them where it begins. */
function places(role: string): { screen: string; word: Word; within: string[] }[] {
  const all = [
    { screen: 'inbox', word: w.inbox, act: 'inbox-list', within: ['inbox', 'request', 'decide'] },
    { screen: 'sent', word: w.sent, act: 'sent-list', within: ['sent', 'compose'] },
    { screen: 'alarms', word: w.alarms, act: 'alarm-list', within: ['alarms'] },
    { screen: 'approvals', word: w.approvals, act: 'approval-list', within: ['approvals', 'approval'] },
  ] as const;
  return all.filter((one) => may(role, one.act)).map(({ screen, word, within }) => ({ screen, word, within: [...within] }));
}

function Top({ help, change }: { help: () => void; change: () => void }) {
  const who = session.value;
  return (
    <header>
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.querySelector<HTMLElement>('h1')?.focus();
        }}
      >
        {say(w.skip)}
      </a>
      {isTraining.value && <p class="training">{say(w.training)}</p>}
      {isOffline.value && (
        <p class="offline" role="alert">
          {say(w.offline)}
        </p>
      )}
      <div class="top">
        <span class="name">Besa</span>
        {who !== null && !who.must_change && (
          <nav aria-label={say(w.screens)}>
            {places(who.role).map(({ screen, word, within }) => (
              <a key={screen} href={link(screen)} aria-current={within.includes(route.value.screen) ? 'page' : undefined}>
                {say(word)}
              </a>
            ))}
          </nav>
        )}
        <span class="wide" />
        <Languages />
        {who !== null && (
          <>
            <button type="button" onClick={help}>
              {say(w.help)}
            </button>
            <button type="button" onClick={() => void logOut()}>
              {say(w.out)}
            </button>
          </>
        )}
      </div>
      {who !== null && (
        <div class="workbar">
          {!who.must_change && <WorkBar change={change} />}
          <span class="wide" />
          <span class="who">
            <bdi>{say(w.officer, { name: who.name, role: code('role', who.role), unit: who.unit })}</bdi>
            <span class="quiet">
              {say(w.locks, { at: hour(who.until) })} · {say(w.ends, { at: hour(who.ends) })}
            </span>
          </span>
        </div>
      )}
      {who !== null && <Warning of={who} />}
    </header>
  );
}

/** The case of a draft, as the list of drafts links it. */
function caseOf(filter: string): string {
  return new URLSearchParams(filter).get('case') ?? '';
}

function Screen({ isChanging, changed }: { isChanging: boolean; changed: () => void }) {
  const { id, filter } = route.value;
  const who = session.value;
  if (who === null) return <Login />;
  if (who.must_change) return <Password />;
  const begins = places(who.role)[0]?.screen ?? '';
  const screen = route.value.screen === 'inbox' ? begins : route.value.screen;
  const isForCase = (screen === 'request' || screen === 'decide' || screen === 'compose') && work.value?.caseNumber === '';
  if (work.value === null || isChanging || isForCase) return <WorkScreen key={String(isForCase)} isForCase={isForCase} done={changed} />;
  // Another reason or case is another reading: what is shown is asked for anew under it.
  const key = `${work.value.reason} ${work.value.caseNumber}`;
  if (screen === 'inbox') return <Inbox key={key} />;
  if (screen === 'sent') return <Sent key={key} />;
  if (screen === 'compose' && may(who.role, 'request-send')) return <Compose key={key} />;
  if (screen === 'alarms') return <Alarms key={key} />;
  if (screen === 'approvals') return <Approvals key={key} />;
  if (screen === 'approval' && id !== '') return <ApprovalScreen key={`${id} ${key}`} id={id} caseNumber={caseOf(filter)} />;
  if (screen === 'request' && id !== '') return <RequestScreen key={`${id} ${key}`} item={id} />;
  const decision = decisionRead(filter);
  if (screen === 'decide' && id !== '' && decision !== null) return <Decide key={`${id} ${decision} ${key}`} item={id} of={decision} />;
  return (
    <main id="content">
      <Heading>{say(w.nowhere)}</Heading>
      <Empty text="" next={<a href={link('inbox')}>{say(w.inbox)}</a>} />
    </main>
  );
}

export function Frame() {
  const [isHelp, setHelp] = useState(false);
  const [isChanging, setChanging] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const look = (): void => {
    setProblem(null);
    sessionLook(false).catch(setProblem);
  };
  useEffect(() => {
    look();
    // What only the node knows: whether the session still stands, and whether the node answers.
    const timer = setInterval(() => {
      if (session.value !== null) void sessionLook(false).catch(() => undefined);
    }, 30_000);
    return () => clearInterval(timer);
  }, []);
  // A desk whose line is down locks all the same.
  const until = session.value?.until;
  useEffect(() => {
    if (until !== undefined && isOffline.value && now.value > Date.parse(until)) sessionEnd('over');
  }, [until, isOffline.value, now.value]);
  useKeys({ '?': () => session.value !== null && setHelp(true) });
  const isAsking = session.value === null && sessionGone.value === 'unknown';
  return (
    <>
      <Top help={() => setHelp(true)} change={() => setChanging(true)} />
      {isAsking ? (
        <main id="content" class="narrow">{problem === null ? <Loading /> : <ProblemBox problem={problem} retry={look} />}</main>
      ) : (
        <Screen isChanging={isChanging} changed={() => setChanging(false)} />
      )}
      {isHelp && <Keys close={() => setHelp(false)} />}
    </>
  );
}
