import type { Word } from './words';

export default {
  loading: { en: 'Loading…', ro: 'Se încarcă…', sq: 'Po ngarkohet…' },
  said: { en: 'The node says:', ro: 'Nodul spune:', sq: 'Nyja thotë:' },
  again: { en: 'Try again', ro: 'Încearcă din nou', sq: 'Provo përsëri' },
  offline: {
    en: 'The node does not answer.',
    ro: 'Nodul nu răspunde.',
    sq: 'Nyja nuk përgjigjet.',
  },
  offlineNext: {
    en: 'Nothing was lost here. Check the line of this desk, then try again; if it stays so, call your administrator.',
    ro: 'Aici nu s-a pierdut nimic. Verificați legătura acestui post, apoi încercați din nou; dacă nu se schimbă, sunați administratorul.',
    sq: 'Këtu nuk humbi asgjë. Kontrolloni lidhjen e këtij vendi pune, pastaj provoni përsëri; nëse vazhdon, telefononi administratorin.',
  },
  over: { en: 'Your session is over.', ro: 'Sesiunea dumneavoastră s-a încheiat.', sq: 'Seanca juaj përfundoi.' },
  overNext: { en: 'Log in again.', ro: 'Autentificați-vă din nou.', sq: 'Hyni përsëri.' },
  forbidden: { en: 'This is not allowed.', ro: 'Acest lucru nu este permis.', sq: 'Kjo nuk lejohet.' },
  forbiddenNext: {
    en: 'Your role, this case or the agreement does not allow it. If it is your task, ask your head of desk.',
    ro: 'Rolul dumneavoastră, acest dosar sau acordul nu o permite. Dacă este sarcina dumneavoastră, întrebați șeful biroului.',
    sq: 'Roli juaj, kjo çështje ose marrëveshja nuk e lejon. Nëse është detyra juaj, pyesni drejtuesin e zyrës.',
  },
  proof: { en: 'Your password is wanted once more.', ro: 'Parola este cerută încă o dată.', sq: 'Fjalëkalimi kërkohet edhe një herë.' },
  proofNext: { en: 'Enter it below.', ro: 'Introduceți-o mai jos.', sq: 'Shkruajeni më poshtë.' },
  missing: { en: 'It is not there.', ro: 'Nu există.', sq: 'Nuk ekziston.' },
  missingNext: {
    en: 'It may have been erased, or the case number may be mistyped. Look at the case in the bar above.',
    ro: 'Poate a fost ștearsă sau numărul dosarului este greșit. Verificați dosarul din bara de sus.',
    sq: 'Mund të jetë fshirë, ose numri i çështjes është shkruar gabim. Shihni çështjen në shiritin lart.',
  },
  gone: { en: 'It was erased.', ro: 'A fost șters.', sq: 'U fshi.' },
  goneNext: {
    en: 'Its proof of exchange remains in the log; its content is not kept anywhere in this node.',
    ro: 'Dovada schimbului rămâne în jurnal; conținutul nu mai este păstrat nicăieri în acest nod.',
    sq: 'Prova e shkëmbimit mbetet në regjistër; përmbajtja nuk ruhet askund në këtë nyje.',
  },
  wrong: { en: 'Something entered does not fit.', ro: 'Ceva introdus nu se potrivește.', sq: 'Diçka e shkruar nuk përshtatet.' },
  wrongNext: { en: 'Correct what is named below.', ro: 'Corectați ce este numit mai jos.', sq: 'Korrigjoni atë që përmendet më poshtë.' },
  conflict: { en: 'It has changed meanwhile.', ro: 'S-a schimbat între timp.', sq: 'Ka ndryshuar ndërkohë.' },
  conflictNext: {
    en: 'Look at it anew, then decide.',
    ro: 'Priviți din nou, apoi decideți.',
    sq: 'Shiheni përsëri, pastaj vendosni.',
  },
  busy: { en: 'The node is busy.', ro: 'Nodul este ocupat.', sq: 'Nyja është e zënë.' },
  busyNext: { en: 'Try again in a moment.', ro: 'Încercați din nou peste puțin timp.', sq: 'Provoni përsëri pas pak.' },
  busyNextIn: {
    en: 'Try again in {s} s.',
    ro: 'Încercați din nou peste {s} s.',
    sq: 'Provoni përsëri pas {s} s.',
  },
  broken: { en: 'The node has a fault.', ro: 'Nodul are o defecțiune.', sq: 'Nyja ka një defekt.' },
  brokenNext: {
    en: 'Nothing was changed. Tell your administrator the words below.',
    ro: 'Nimic nu a fost schimbat. Spuneți administratorului cuvintele de mai jos.',
    sq: 'Asgjë nuk u ndryshua. Tregojini administratorit fjalët më poshtë.',
  },
} satisfies Record<string, Word>;
