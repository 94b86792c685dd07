import type { Word } from '../../core/words';

export default {
  title: { en: 'What are you working on?', ro: 'La ce lucrați?', sq: 'Për çfarë po punoni?' },
  why: {
    en: 'Whoever reads or sends something says why, and in which case. Besa writes both into the domestic log with everything you open. No partner sees them.',
    ro: 'Cine citește sau trimite ceva spune de ce și în ce dosar. Besa le scrie în jurnalul intern la tot ce deschideți. Niciun partener nu le vede.',
    sq: 'Kush lexon ose dërgon diçka thotë pse dhe në cilën çështje. Besa i shkruan të dyja në regjistrin e brendshëm për gjithçka që hapni. Asnjë partner nuk i sheh.',
  },
  reason: { en: 'Reason', ro: 'Motiv', sq: 'Arsyeja' },
  reasonHint: {
    en: 'In your own words, as in: night duty, new requests. No names of persons.',
    ro: 'Cu cuvintele dumneavoastră, de exemplu: serviciu de noapte, cereri noi. Fără nume de persoane.',
    sq: 'Me fjalët tuaja, për shembull: shërbim nate, kërkesa të reja. Pa emra personash.',
  },
  reasonLong: { en: 'It is too long; 400 bytes are the most.', ro: 'Este prea lung; cel mult 400 de octeți.', sq: 'Është tepër e gjatë; e shumta 400 bajt.' },
  needed: { en: 'This is wanted.', ro: 'Acest câmp este necesar.', sq: 'Kjo fushë kërkohet.' },
  caseNumber: { en: 'Case', ro: 'Dosar', sq: 'Çështja' },
  caseHint: {
    en: 'Its number. Lists open without one; a message with data about people does not.',
    ro: 'Numărul lui. Listele se deschid și fără; un mesaj cu date despre persoane, nu.',
    sq: 'Numri i saj. Listat hapen edhe pa të; një mesazh me të dhëna për persona, jo.',
  },
  openCases: { en: 'Open cases of this desk', ro: 'Dosare deschise ale acestui birou', sq: 'Çështje të hapura të kësaj zyre' },
  choose: { en: 'Take this case', ro: 'Alege acest dosar', sq: 'Merr këtë çështje' },
  begin: { en: 'Begin', ro: 'Începe', sq: 'Fillo' },
  change: { en: 'Go on with these', ro: 'Continuă cu acestea', sq: 'Vazhdo me këto' },
  keep: { en: 'Leave as it was', ro: 'Lasă cum era', sq: 'Lëre si ishte' },
  changed: {
    en: 'From now on everything you open stands in the log under the new reason and case.',
    ro: 'De acum, tot ce deschideți stă în jurnal sub noul motiv și dosar.',
    sq: 'Tani e tutje gjithçka që hapni qëndron në regjistër nën arsyen dhe çështjen e re.',
  },
  wantsCase: {
    en: 'To open a message, name the case in which you work on it.',
    ro: 'Ca să deschideți un mesaj, numiți dosarul în care lucrați la el.',
    sq: 'Për të hapur një mesazh, thoni çështjen në të cilën punoni për të.',
  },
} satisfies Record<string, Word>;
