import type { Word } from '../../core/words';

export default {
  title: { en: 'Alarms', ro: 'Alarme', sq: 'Alarme' },
  none: { en: 'Nothing is wrong with any time limit.', ro: 'Niciun termen nu este în pericol.', sq: 'Asnjë afat nuk është në rrezik.' },
  noneNext: { en: 'Alarms appear here by themselves.', ro: 'Alarmele apar aici singure.', sq: 'Alarmet shfaqen këtu vetvetiu.' },
  noCustody: {
    en: 'Urgent, and not received by {partner} for {span}',
    ro: 'Urgent și neprimit de {partner} de {span}',
    sq: 'Urgjente dhe e pamarrë nga {partner} prej {span}',
  },
  noCustodyNext: {
    en: 'Call the partner’s desk and say by telephone what it is about.',
    ro: 'Sunați biroul partenerului și spuneți prin telefon despre ce este vorba.',
    sq: 'Telefononi zyrën e partnerit dhe tregoni me telefon për çfarë bëhet fjalë.',
  },
  overdue: { en: 'Overdue by {span}; {who} owes the answer', ro: 'Depășit cu {span}; răspunsul îl datorează {who}', sq: 'I tejkaluar me {span}; përgjigjen e ka borxh {who}' },
  overdueNext: {
    en: 'Answer, or tell the partner why it takes longer.',
    ro: 'Răspundeți sau spuneți partenerului de ce durează mai mult.',
    sq: 'Përgjigjuni ose tregojini partnerit pse zgjat më shumë.',
  },
  overdueAuthorisation: {
    en: 'Overdue by {span}, and a judicial authorisation is awaited; {who} owes the answer',
    ro: 'Depășit cu {span}, se așteaptă o autorizare judiciară; răspunsul îl datorează {who}',
    sq: 'I tejkaluar me {span}, pritet një autorizim gjyqësor; përgjigjen e ka borxh {who}',
  },
  expected: { en: 'Told to be expected by {day}; the limit stays as it is.', ro: 'Anunțat pentru {day}; termenul rămâne neschimbat.', sq: 'Njoftuar se pritet më {day}; afati mbetet siç është.' },
  dueLocal: { en: 'By the clocks of both: {due}', ro: 'După ceasurile ambelor părți: {due}', sq: 'Sipas orëve të të dyjave: {due}' },
  fallback: { en: 'If nobody answers: {fallback}', ro: 'Dacă nu răspunde nimeni: {fallback}', sq: 'Nëse nuk përgjigjet askush: {fallback}' },
  glass: {
    en: '{officer} opened a restricted case {span} ago, and nobody has looked at it',
    ro: '{officer} a deschis un dosar restricționat acum {span} și nimeni nu a verificat',
    sq: '{officer} hapi një çështje të kufizuar {span} më parë dhe askush nuk e ka shqyrtuar',
  },
  glassNext: { en: 'Ask why, and confirm or question it: besa glass review.', ro: 'Întrebați de ce și confirmați sau contestați: besa glass review.', sq: 'Pyesni pse dhe konfirmojeni ose vëreni në dyshim: besa glass review.' },
  unconfirmed: {
    en: 'An urgent request by word of mouth was to be confirmed in writing {span} ago',
    ro: 'O cerere verbală urgentă trebuia confirmată în scris acum {span}',
    sq: 'Një kërkesë gojore urgjente duhej konfirmuar me shkrim {span} më parë',
  },
  unconfirmedNext: { en: 'Ask the partner for it in writing, and register what comes.', ro: 'Cereți-o partenerului în scris și înregistrați ce sosește.', sq: 'Kërkojeni nga partneri me shkrim dhe regjistroni atë që vjen.' },
  undecided: {
    en: 'It may be about opinion, faith or politics; the head of the Single Point of Contact has not decided for {span}',
    ro: 'Poate privi opinii, credință sau politică; șeful punctului unic de contact nu a decis de {span}',
    sq: 'Mund të lidhet me mendimin, besimin ose politikën; drejtuesi i pikës së vetme të kontaktit nuk ka vendosur prej {span}',
  },
  undecidedNext: { en: 'Nobody answers it before that. A refusal is possible.', ro: 'Până atunci nu răspunde nimeni. Un refuz este posibil.', sq: 'Para kësaj nuk përgjigjet askush. Refuzimi është i mundur.' },
  ofCase: { en: 'Case {number}', ro: 'Dosarul {number}', sq: 'Çështja {number}' },
  askUnit: { en: 'Ask unit {unit}.', ro: 'Întrebați unitatea {unit}.', sq: 'Pyesni njësinë {unit}.' },
  soon: { en: 'Due in {span}; {who} owes the answer', ro: 'Termen în {span}; răspunsul îl datorează {who}', sq: 'Afati për {span}; përgjigjen e ka borxh {who}' },
  unreviewed: {
    en: 'Sent by one officer alone {span} ago, and not looked at by another',
    ro: 'Trimis de un singur ofițer acum {span} și neverificat de altul',
    sq: 'Dërguar nga një oficer i vetëm {span} më parë dhe i pashqyrtuar nga një tjetër',
  },
  unapproved: { en: 'A draft waits for its second officer since {span}', ro: 'O ciornă își așteaptă al doilea ofițer de {span}', sq: 'Një draft pret oficerin e dytë prej {span}' },
  openItem: { en: 'Open {reference}', ro: 'Deschide {reference}', sq: 'Hap {reference}' },
  openDraft: { en: 'Look at the drafts', ro: 'Priviți ciornele', sq: 'Shihni draftet' },
  call: { en: 'Desk of the partner, day and night: {call}', ro: 'Biroul partenerului, zi și noapte: {call}', sq: 'Zyra e partnerit, ditë e natë: {call}' },
  onCall: { en: 'On call: {officer}, {telephone}, until {until}', ro: 'De gardă: {officer}, {telephone}, până la {until}', sq: 'Në gatishmëri: {officer}, {telephone}, deri më {until}' },
  more: { en: 'Show more', ro: 'Arată mai multe', sq: 'Shfaq më shumë' },
} satisfies Record<string, Word>;
