/* Invented people: see demo_names.h and demo_names.md. */
#include "cmd/demo_names.h"

#include "base/attributes.h"
#include "base/buffer.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

uint64_t demo_dice_next(struct demo_dice *dice)
{
    uint64_t z = (dice->state += UINT64_C(0x9E3779B97F4A7C15));

    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

uint32_t demo_dice_below(struct demo_dice *dice, uint32_t below)
{
    return (uint32_t)(demo_dice_next(dice) % below);
}

bool demo_dice_percent(struct demo_dice *dice, uint32_t percent)
{
    return demo_dice_below(dice, 100) < percent;
}

/* --- the parts --- */

#define PARTS_MAX 28

static const char *const men[DEMO_LAND_COUNT][PARTS_MAX] = {
    [DEMO_LAND_RO] = {"Andrei", "Mihai",  "Gheorghe", "Ion",     "Vasile", "Ștefan",    "Cristian",
                      "Florin", "Marius", "Sorin",    "Radu",    "Daniel", "Ionuț",     "Nicolae",
                      "Petru",  "Ovidiu", "Dragoș",   "Cătălin", "Răzvan", "Constantin"},
    [DEMO_LAND_AL] = {"Arben",   "Gjergj", "Ilir",   "Agron",  "Besnik", "Fatmir", "Dritan",
                      "Ardit",   "Erion",  "Gent",   "Blerim", "Luan",   "Petrit", "Skënder",
                      "Shpëtim", "Ylli",   "Kujtim", "Artan",  "Çlirim", "Elton"},
    [DEMO_LAND_GR] = {"Georgios", "Dimitrios", "Konstantinos", "Ioannis", "Nikolaos", "Christos",
                      "Panagiotis", "Vasileios", "Athanasios", "Spyridon"},
    [DEMO_LAND_AFAR] = {"Ahmad", "Omar", "Yusuf", "Khalid", "Hamid", "Samir", "Rashid", "Karim",
                        "Bilal", "Nabil"},
};
static const char *const women[DEMO_LAND_COUNT][PARTS_MAX] = {
    [DEMO_LAND_RO] = {"Elena", "Maria", "Ioana", "Ancuța", "Mirela", "Gabriela", "Cristina",
                      "Raluca", "Daniela", "Simona", "Lăcrămioara", "Alina"},
    [DEMO_LAND_AL] = {"Mirela", "Elira", "Drita", "Vjosa", "Albana", "Teuta", "Ermira", "Lindita",
                      "Anila", "Majlinda", "Valbona", "Shpresa"},
    [DEMO_LAND_GR] = {"Eleni", "Maria", "Sofia", "Katerina", "Vasiliki", "Anna"},
    [DEMO_LAND_AFAR] = {"Amina", "Leyla", "Noor", "Zahra", "Samira", "Huda", "Rania", "Yasmin"},
};
static const char *const stems[DEMO_LAND_COUNT][PARTS_MAX] = {
    [DEMO_LAND_RO] = {"Vrăj", "Căldăr", "Țurc", "Brăd", "Sălc", "Măgur", "Plop", "Ulm", "Corb",
                      "Zăv", "Drăgul", "Muntel", "Văr", "Cioc", "Șoim", "Izvor", "Ghind", "Pietr"},
    [DEMO_LAND_AL] = {"Vran", "Bardh", "Lek", "Shkëmb", "Gurr", "Prend", "Mark", "Kol", "Zef",
                      "Dushk", "Malj", "Kroj", "Çel", "Hot", "Gjin", "Rrap", "Xhind", "Thell"},
    [DEMO_LAND_GR] = {"Kalog", "Vasil", "Manik", "Stavr", "Karal", "Petr", "Drak", "Melit", "Thal",
                      "Argyr"},
    [DEMO_LAND_AFAR] = {"al-Rahb", "Darw", "Mansur", "Hadd", "Qas", "Nadir", "Sham", "Taw"},
};
static const char *const endings[DEMO_LAND_COUNT][PARTS_MAX] = {
    [DEMO_LAND_RO] = {"escu", "eanu", "aru", "oiu", "ean", "uță", "ășel"},
    [DEMO_LAND_AL] = {"aj", "ushi", "olli", "ani", "eci", "oku", "ishti"},
    [DEMO_LAND_GR] = {"akis", "opoulos", "idis", "eas", "atos"},
    [DEMO_LAND_AFAR] = {"i", "ani", "ish", "adi", "ati"},
};
static const char *const places[DEMO_LAND_COUNT][PARTS_MAX] = {
    [DEMO_LAND_RO] = {"Calafat", "Timișoara", "Giurgiu", "Constanța", "Oradea", "Iași", "Moravița",
                      "Bechet", "Arad", "Galați", "Craiova", "Sighetu Marmației"},
    [DEMO_LAND_AL] = {"Durrës", "Vlorë", "Shkodër", "Kukës", "Korçë", "Kakavijë", "Elbasan", "Fier",
                      "Lezhë", "Sarandë", "Pogradec", "Gjirokastër"},
    [DEMO_LAND_GR] = {"Igoumenitsa", "Patras", "Thessaloniki", "Orestiada", "Ioannina", "Kavala",
                      "Alexandroupoli", "Florina"},
    [DEMO_LAND_AFAR] = {"Aleppo", "Homs", "Herat", "Kabul", "Erbil", "Jalalabad"},
};
static const char *const countries[DEMO_LAND_COUNT] = {
    [DEMO_LAND_RO] = "RO", [DEMO_LAND_AL] = "AL", [DEMO_LAND_GR] = "GR", [DEMO_LAND_AFAR] = "SY"};

static const char *part(struct demo_dice *dice, const char *const parts[PARTS_MAX])
{
    uint32_t count = 0;

    while (count < PARTS_MAX && parts[count] != NULL)
        count++;
    return parts[demo_dice_below(dice, count)];
}

const char *demo_place(struct demo_dice *dice, enum demo_land land)
{
    return part(dice, places[land]);
}

/* --- one person --- */

static void numbers_make(struct demo_dice *dice, struct demo_person *out)
{
    static const char *const phones[DEMO_LAND_COUNT] = {[DEMO_LAND_RO] = "+40 700 00",
                                                        [DEMO_LAND_AL] = "+355 69 000",
                                                        [DEMO_LAND_GR] = "+30 690 000",
                                                        [DEMO_LAND_AFAR] = "+963 900 00"};

    snprintf(out->born, sizeof out->born, "%04u-%02u-%02u", 1962 + demo_dice_below(dice, 42),
             1 + demo_dice_below(dice, 12), 1 + demo_dice_below(dice, 28));
    snprintf(out->document, sizeof out->document, "ZZ%07u", demo_dice_below(dice, 10000000));
    snprintf(out->phone, sizeof out->phone, "%s%u %03u", phones[out->land],
             demo_dice_below(dice, 10), demo_dice_below(dice, 1000));
}

void demo_person_make(struct demo_dice *dice, enum demo_land land, struct demo_person *out)
{
    *out = (struct demo_person){.land = land, .is_woman = demo_dice_percent(dice, 25)};
    snprintf(out->given, sizeof out->given, "%s",
             part(dice, out->is_woman ? women[land] : men[land]));
    const char *stem = part(dice, stems[land]);
    snprintf(out->family, sizeof out->family, "%s%s", stem, part(dice, endings[land]));
    if (demo_dice_percent(dice, 60))
        snprintf(out->father, sizeof out->father, "%s", part(dice, men[land]));
    snprintf(out->place, sizeof out->place, "%s", demo_place(dice, land));
    snprintf(out->country, sizeof out->country, "%s", countries[land]);
    numbers_make(dice, out);
}

void demo_plate_make(struct demo_dice *dice, enum demo_land land, char out[16])
{
    char letters[4] = {0};

    for (size_t i = 0; i < 3; i++)
        letters[i] = (char)('A' + demo_dice_below(dice, 26));
    if (land == DEMO_LAND_RO)
        snprintf(out, 16, "TM %02u %s", demo_dice_below(dice, 10), letters);
    else if (land == DEMO_LAND_GR)
        snprintf(out, 16, "ZZZ 0%03u", demo_dice_below(dice, 1000));
    else
        snprintf(out, 16, "AA 0%02u %.2s", demo_dice_below(dice, 100), letters);
}

/* --- spellings --- */

struct letter {
    const char *from; /* small; the longest stand first */
    const char *to;
};

static const struct letter plain_letters[] = {
    {"ș", "s"}, {"ț", "t"}, {"ă", "a"}, {"â", "a"}, {"î", "i"}, {"ë", "e"}, {"ç", "c"},
    {"Ș", "S"}, {"Ț", "T"}, {"Ă", "A"}, {"Â", "A"}, {"Î", "I"}, {"Ë", "E"}, {"Ç", "C"},
};
static const struct letter misheard_letters[] = {
    {"gj", "dj"}, {"Gj", "Dj"}, {"xh", "dž"}, {"Xh", "Dž"},     {"ș", "sh"}, {"Ș", "Sh"},
    {"ț", "tz"},  {"Ț", "Tz"},  {"ç", "ch"},  {"Ç", "Ch"},      {"ë", "a"},  {"ă", "a"},
    {"rr", "r"},  {"ll", "l"},  {"ei", "i"},  {"escu", "esku"}, {"k", "c"},
};
static const struct letter cyrillic_letters[] = {
    {"sh", "ш"}, {"gj", "ѓ"}, {"xh", "џ"}, {"th", "т"}, {"rr", "р"}, {"ll", "л"}, {"a", "а"},
    {"ă", "а"},  {"â", "а"},  {"b", "б"},  {"c", "к"},  {"ç", "ч"},  {"d", "д"},  {"e", "е"},
    {"ë", "е"},  {"f", "ф"},  {"g", "г"},  {"h", "х"},  {"i", "и"},  {"î", "и"},  {"j", "ј"},
    {"k", "к"},  {"l", "л"},  {"m", "м"},  {"n", "н"},  {"o", "о"},  {"p", "п"},  {"q", "ќ"},
    {"r", "р"},  {"s", "с"},  {"ș", "ш"},  {"t", "т"},  {"ț", "ц"},  {"u", "у"},  {"v", "в"},
    {"x", "кс"}, {"y", "и"},  {"z", "з"},
};
static const struct letter greek_letters[] = {
    {"sh", "σ"}, {"gj", "γκ"}, {"xh", "τζ"}, {"th", "θ"}, {"rr", "ρ"}, {"ll", "λ"}, {"a", "α"},
    {"ă", "α"},  {"â", "α"},   {"b", "μπ"},  {"c", "κ"},  {"ç", "τσ"}, {"d", "ντ"}, {"e", "ε"},
    {"ë", "ε"},  {"f", "φ"},   {"g", "γκ"},  {"h", "χ"},  {"i", "ι"},  {"î", "ι"},  {"j", "γι"},
    {"k", "κ"},  {"l", "λ"},   {"m", "μ"},   {"n", "ν"},  {"o", "ο"},  {"p", "π"},  {"q", "κ"},
    {"r", "ρ"},  {"s", "σ"},   {"ș", "σ"},   {"t", "τ"},  {"ț", "τσ"}, {"u", "ου"}, {"v", "β"},
    {"x", "ξ"},  {"y", "υ"},   {"z", "ζ"},
};

static const struct {
    const struct letter *letters;
    size_t count;
    enum name_script script;
    bool is_folded; /* the table has small letters alone */
} tables[DEMO_SPELLING_COUNT] = {
    [DEMO_AS_IS] = {NULL, 0, SCRIPT_LATIN, false},
    [DEMO_PLAIN] = {plain_letters, ARRAY_COUNT(plain_letters), SCRIPT_LATIN, false},
    [DEMO_MISHEARD] = {misheard_letters, ARRAY_COUNT(misheard_letters), SCRIPT_LATIN, false},
    [DEMO_CYRILLIC] = {cyrillic_letters, ARRAY_COUNT(cyrillic_letters), SCRIPT_CYRILLIC, true},
    [DEMO_GREEK] = {greek_letters, ARRAY_COUNT(greek_letters), SCRIPT_GREEK, true},
};

/* The table's rows are few and names short. NULL: the text begins with none of them. */
static const struct letter *letter_of(enum demo_spelling how, const char *text)
{
    for (size_t i = 0; i < tables[how].count; i++)
        if (strncmp(text, tables[how].letters[i].from, strlen(tables[how].letters[i].from)) == 0)
            return &tables[how].letters[i];
    return NULL;
}

/* Capitals are small ones in the tables of other scripts, which the fold of names does not tell apart. */
static void small(const char *text, char out[DEMO_NAME_SIZE])
{
    static const struct letter capitals[] = {{"Ș", "ș"}, {"Ț", "ț"}, {"Ă", "ă"}, {"Â", "â"},
                                             {"Î", "î"}, {"Ë", "ë"}, {"Ç", "ç"}};
    size_t size = 0;

    while (*text != '\0' && size + 3 < DEMO_NAME_SIZE) {
        bool was_capital = false;
        for (size_t i = 0; i < ARRAY_COUNT(capitals) && !was_capital; i++)
            if (strncmp(text, capitals[i].from, strlen(capitals[i].from)) == 0) {
                size += (size_t)snprintf(out + size, DEMO_NAME_SIZE - size, "%s", capitals[i].to);
                text += strlen(capitals[i].from);
                was_capital = true;
            }
        if (was_capital)
            continue;
        out[size++] = (char)(*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text);
        text++;
    }
    out[size] = '\0';
}

static bool spell(const char *text, enum demo_spelling how, struct arena *arena, struct span *out)
{
    struct buffer written CLEANUP(buffer_free) = buffer_make(4 * DEMO_NAME_SIZE);
    char folded[DEMO_NAME_SIZE];

    if (tables[how].is_folded) {
        small(text, folded);
        text = folded;
    }
    while (*text != '\0') {
        const struct letter *letter = letter_of(how, text);
        if (letter == NULL) {
            buffer_byte(&written, (uint8_t)*text++);
            continue;
        }
        buffer_text(&written, letter->to);
        text += strlen(letter->from);
    }
    return !written.failed && arena_copy(arena, buffer_span(&written), out);
}

bool demo_person_spell(const struct demo_person *person, enum demo_spelling how,
                       struct arena *arena, struct person_name *out)
{
    *out = (struct person_name){.script = tables[how].script};
    return spell(person->family, how, arena, &out->family) &&
           spell(person->given, how, arena, &out->given) &&
           (person->father[0] == '\0' || how > DEMO_MISHEARD ||
            spell(person->father, how, arena, &out->father));
}
