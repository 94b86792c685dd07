import type { Word } from '../../core/words';

export default {
  title: { en: 'Set your own password', ro: 'Setați parola proprie', sq: 'Vendosni fjalëkalimin tuaj' },
  why: {
    en: 'You logged in with a one-time password. It is good for this alone.',
    ro: 'V-ați autentificat cu o parolă de unică folosință. Ea servește numai la aceasta.',
    sq: 'Hytë me një fjalëkalim njëpërdorimësh. Ai vlen vetëm për këtë.',
  },
  setBy: {
    en: 'It was given on {at} by {by} and confirmed by {confirmed}. If you did not ask for it, tell your security officer.',
    ro: 'A fost dată la {at} de {by} și confirmată de {confirmed}. Dacă nu ați cerut-o, anunțați ofițerul de securitate.',
    sq: 'U dha më {at} nga {by} dhe u konfirmua nga {confirmed}. Nëse nuk e kërkuat, njoftoni oficerin e sigurisë.',
  },
  old: { en: 'The one-time password', ro: 'Parola de unică folosință', sq: 'Fjalëkalimi njëpërdorimësh' },
  fresh: { en: 'New password', ro: 'Parola nouă', sq: 'Fjalëkalimi i ri' },
  freshHint: {
    en: 'At least 12 characters; several words are easier to keep than signs.',
    ro: 'Cel puțin 12 caractere; mai multe cuvinte se țin minte mai ușor decât semnele.',
    sq: 'Të paktën 12 shkronja; disa fjalë mbahen mend më lehtë se shenjat.',
  },
  again: { en: 'New password once more', ro: 'Parola nouă încă o dată', sq: 'Fjalëkalimi i ri edhe një herë' },
  short: { en: 'It has fewer than 12 characters.', ro: 'Are mai puțin de 12 caractere.', sq: 'Ka më pak se 12 shkronja.' },
  differ: { en: 'The two differ.', ro: 'Cele două diferă.', sq: 'Të dyja ndryshojnë.' },
  needed: { en: 'This is wanted.', ro: 'Acest câmp este necesar.', sq: 'Kjo fushë kërkohet.' },
  set: { en: 'Set the password', ro: 'Setează parola', sq: 'Vendos fjalëkalimin' },
} satisfies Record<string, Word>;
