/*
 * The people of the demonstration's year: invented, put together from parts, the same for the same seed. Where the parts
 * come from is said in demo_names.md, beside this file.
 */
#ifndef BESA_CMD_DEMO_NAMES_H
#define BESA_CMD_DEMO_NAMES_H

#include "base/arena.h"
#include "message/person.h"

/* Numbers that are the same again for the same seed (splitmix64); nothing secret is made of them. */
struct demo_dice {
    uint64_t state;
};
uint64_t demo_dice_next(struct demo_dice *dice);
/* 0 to below - 1; `below` is 1 or more. */
uint32_t demo_dice_below(struct demo_dice *dice, uint32_t below);
bool demo_dice_percent(struct demo_dice *dice, uint32_t percent);

enum demo_land { DEMO_LAND_RO, DEMO_LAND_AL, DEMO_LAND_GR, DEMO_LAND_AFAR, DEMO_LAND_COUNT };

#define DEMO_NAME_SIZE 64

struct demo_person {
    enum demo_land land;
    bool is_woman;
    char family[DEMO_NAME_SIZE];
    char given[DEMO_NAME_SIZE];
    char father[DEMO_NAME_SIZE]; /* given name; empty: not known */
    char born[11];               /* YYYY-MM-DD */
    char place[DEMO_NAME_SIZE];  /* of birth */
    char country[3];
    char document[16]; /* of a passport */
    char phone[24];
};

/* How another desk writes the same name. */
enum demo_spelling {
    DEMO_AS_IS,
    DEMO_PLAIN,    /* without diacritics */
    DEMO_MISHEARD, /* as taken down by telephone */
    DEMO_CYRILLIC, /* as a passport from the route has it */
    DEMO_GREEK,
    DEMO_SPELLING_COUNT
};

void demo_person_make(struct demo_dice *dice, enum demo_land land, struct demo_person *out);
/* "BB 123 XY"-shaped, of a series that no country gives out for the land. */
void demo_plate_make(struct demo_dice *dice, enum demo_land land, char out[16]);
/* A town at that land's border, port or road; lives for ever. */
const char *demo_place(struct demo_dice *dice, enum demo_land land);
/* The name as spelled so, in the arena. False: it does not fit. */
bool demo_person_spell(const struct demo_person *person, enum demo_spelling how,
                       struct arena *arena, struct person_name *out);

#endif
