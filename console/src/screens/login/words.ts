import type { Word } from '../../core/words';

export default {
  title: { en: 'Log in', ro: 'Autentificare', sq: 'Hyrja' },
  officer: { en: 'Officer', ro: 'Ofițer', sq: 'Oficeri' },
  officerHint: {
    en: 'Your identifier at this desk, as in: ana',
    ro: 'Identificatorul dumneavoastră la acest birou, de exemplu: ana',
    sq: 'Identifikuesi juaj në këtë zyrë, për shembull: ana',
  },
  password: { en: 'Password', ro: 'Parolă', sq: 'Fjalëkalimi' },
  passwordHint: {
    en: 'With a one-time password: both halves, one after the other.',
    ro: 'Cu o parolă de unică folosință: ambele jumătăți, una după alta.',
    sq: 'Me fjalëkalim njëpërdorimësh: të dy gjysmat, njëra pas tjetrës.',
  },
  enter: { en: 'Log in', ro: 'Intră', sq: 'Hyr' },
  over: {
    en: 'The session has ended. Log in again; you come back to where you were.',
    ro: 'Sesiunea s-a încheiat. Autentificați-vă din nou; reveniți unde erați.',
    sq: 'Seanca përfundoi. Hyni përsëri; ktheheni aty ku ishit.',
  },
  out: { en: 'You are logged out.', ro: 'V-ați deconectat.', sq: 'Keni dalë.' },
  refused: { en: 'Officer or password is wrong.', ro: 'Ofițerul sau parola este greșită.', sq: 'Oficeri ose fjalëkalimi është i gabuar.' },
  refusedNext: {
    en: 'After several failures you wait longer each time. If you lost your password, ask an administrator for a one-time password.',
    ro: 'După mai multe greșeli așteptați tot mai mult. Dacă ați pierdut parola, cereți administratorului o parolă de unică folosință.',
    sq: 'Pas disa gabimeve pritja zgjatet çdo herë. Nëse humbët fjalëkalimin, kërkojini administratorit një fjalëkalim njëpërdorimësh.',
  },
  needed: { en: 'This is wanted.', ro: 'Acest câmp este necesar.', sq: 'Kjo fushë kërkohet.' },
} satisfies Record<string, Word>;
