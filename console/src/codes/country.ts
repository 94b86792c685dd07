// Parties are named by the codes of their states. Browsers know the names in Romanian and English; Albanian ones they lack (Chromium
// does) are our own, and a state that is not among them keeps its English name.
import { language } from '../core/words';

const albanian: Record<string, string> = {
  AL: 'Shqipëria', RO: 'Rumania', GR: 'Greqia', MK: 'Maqedonia e Veriut',
  ME: 'Mali i Zi', RS: 'Serbia', BA: 'Bosnja dhe Hercegovina', HR: 'Kroacia', SI: 'Sllovenia',
  BG: 'Bullgaria', MD: 'Moldavia', UA: 'Ukraina', RU: 'Rusia', BY: 'Bjellorusia',
  TR: 'Turqia', CY: 'Qipro', IT: 'Italia', AT: 'Austria', DE: 'Gjermania',
  FR: 'Franca', ES: 'Spanja', PT: 'Portugalia', GB: 'Mbretëria e Bashkuar', IE: 'Irlanda',
  NL: 'Holanda', BE: 'Belgjika', LU: 'Luksemburgu', DK: 'Danimarka', SE: 'Suedia',
  NO: 'Norvegjia', FI: 'Finlanda', IS: 'Islanda', EE: 'Estonia', LV: 'Letonia',
  LT: 'Lituania', PL: 'Polonia', CZ: 'Çekia', SK: 'Sllovakia', HU: 'Hungaria',
  CH: 'Zvicra', MT: 'Malta', GE: 'Gjeorgjia', AM: 'Armenia', AZ: 'Azerbajxhani',
  SY: 'Siria', IQ: 'Iraku', IR: 'Irani', AF: 'Afganistani', PK: 'Pakistani',
  BD: 'Bangladeshi', IN: 'India', LK: 'Sri Lanka', NP: 'Nepali', CN: 'Kina',
  VN: 'Vietnami', EG: 'Egjipti', LY: 'Libia', TN: 'Tunizia', DZ: 'Algjeria',
  MA: 'Maroku', SD: 'Sudani', ER: 'Eritrea', ET: 'Etiopia', SO: 'Somalia',
  NG: 'Nigeria', GH: 'Gana', ML: 'Mali', SN: 'Senegali', CM: 'Kameruni',
  PS: 'Palestina', LB: 'Libani', JO: 'Jordania', IL: 'Izraeli', SA: 'Arabia Saudite',
  AE: 'Emiratet e Bashkuara Arabe', US: 'Shtetet e Bashkuara', CA: 'Kanadaja', CO: 'Kolumbia', EC: 'Ekuadori',
  BR: 'Brazili',
};
const albanianLanguages: Record<string, string> = {
  ro: 'rumanisht', sq: 'shqip', en: 'anglisht', el: 'greqisht', it: 'italisht',
  de: 'gjermanisht', fr: 'frëngjisht', ru: 'rusisht', tr: 'turqisht', sr: 'serbisht',
  mk: 'maqedonisht', bg: 'bullgarisht', hu: 'hungarisht', uk: 'ukrainisht', ar: 'arabisht',
};

function named(code: string, type: 'region' | 'language', own: Record<string, string>): string {
  if (language.value === 'sq' && own[code] !== undefined) return own[code];
  try {
    return new Intl.DisplayNames([language.value, 'en'], { type }).of(code) ?? code;
  } catch {
    return code; // no code at all
  }
}

/** Where the parties' agreement would have to say how a name is written, the code stands for itself. */
const asCode = ['XK'];

export function country(code: string): string {
  if (asCode.includes(code.toUpperCase())) return code.toUpperCase();
  return /^[A-Za-z]{2}$/.test(code) ? named(code.toUpperCase(), 'region', albanian) : code;
}

export function languageName(code: string): string {
  return /^[a-z]{2}$/.test(code) ? named(code, 'language', albanianLanguages) : code;
}
