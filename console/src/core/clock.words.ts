import type { Word } from './words';

export default {
  day: { en: '{date} {month} {year}', ro: '{date} {month} {year}', sq: '{date} {month} {year}' },
  jan: { en: 'Jan', ro: 'ian.', sq: 'jan' },
  feb: { en: 'Feb', ro: 'feb.', sq: 'shk' },
  mar: { en: 'Mar', ro: 'mar.', sq: 'mar' },
  apr: { en: 'Apr', ro: 'apr.', sq: 'pri' },
  may: { en: 'May', ro: 'mai', sq: 'maj' },
  jun: { en: 'Jun', ro: 'iun.', sq: 'qer' },
  jul: { en: 'Jul', ro: 'iul.', sq: 'korr' },
  aug: { en: 'Aug', ro: 'aug.', sq: 'gush' },
  sep: { en: 'Sep', ro: 'sept.', sq: 'sht' },
  oct: { en: 'Oct', ro: 'oct.', sq: 'tet' },
  nov: { en: 'Nov', ro: 'nov.', sq: 'nën' },
  dec: { en: 'Dec', ro: 'dec.', sq: 'dhj' },
  days: { en: '{d} d {h} h', ro: '{d} z {h} h', sq: '{d} d {h} h' },
  hours: { en: '{h} h {m} min', ro: '{h} h {m} min', sq: '{h} h {m} min' },
  minutes: { en: '{m} min', ro: '{m} min', sq: '{m} min' },
  left: { en: '{span} left', ro: 'mai sunt {span}', sq: 'edhe {span}' },
  overdue: { en: 'overdue by {span}', ro: 'termen depășit cu {span}', sq: 'afat i tejkaluar me {span}' },
  suspended: {
    en: 'stands: a question is open',
    ro: 'suspendat: o clarificare este deschisă',
    sq: 'i pezulluar: një sqarim është i hapur',
  },
  none: { en: 'no time limit runs', ro: 'nu curge niciun termen', sq: 'nuk rrjedh asnjë afat' },
  answered: { en: 'answered', ro: 'cu răspuns', sq: 'me përgjigje' },
} satisfies Record<string, Word>;
