/*
 * Ident: numbers that stand for one person or thing: documents, personal numbers, plates, telephones, accounts, e-mail
 * addresses, vehicles, devices. Each is brought to one form, so that however it was written the same is the same; a second
 * form, the key, takes look-alike characters for one (O and 0, B and 8), since numbers are read off plates and copies.
 * What many people share or what was typed for want of a number is worthless: it never matches.
 */
#ifndef BESA_MATCH_IDENT_H
#define BESA_MATCH_IDENT_H

#include "match/birth.h"

#define IDENT_TEXT_MAX  256 /* bytes of a text that is read */
#define IDENT_VALUE_MAX 64  /* characters of the one form */
#define IDENT_GUESS_MAX 8   /* kinds that one text may be */

enum ident_kind {
    IDENT_NONE,
    IDENT_DOCUMENT, /* passport, identity card, licence */
    IDENT_NUMBER,   /* a state's number for a person */
    IDENT_PLATE,
    IDENT_PHONE,   /* E.164, or digits alone where no country is known */
    IDENT_ACCOUNT, /* IBAN, ISO 13616 */
    IDENT_EMAIL,
    IDENT_VIN,  /* ISO 3779 */
    IDENT_IMEI, /* 3GPP TS 23.003 */
    IDENT_KINDS,
};

enum ident_check {
    IDENT_UNCHECKED, /* this kind has no check character, or its rule is not published */
    IDENT_RIGHT,
    IDENT_WRONG, /* mistyped or invented; it is compared all the same */
};

struct ident {
    enum ident_kind kind;
    enum ident_check check;
    char country[3];   /* ISO 3166-1 alpha-2, XK for Kosovo; "" unknown */
    bool is_worthless; /* never matches */
    bool is_formed;    /* a plate: of a form that its country has */
    bool is_mended; /* a plate's look-alike characters were exchanged to fit its country's form */
    char value[IDENT_VALUE_MAX + 1]; /* the one form */
    char key[IDENT_VALUE_MAX + 1];   /* look-alikes as one */
};

/* How alike, from worst to best. */
enum ident_like {
    IDENT_DIFFERENT,
    IDENT_UNKNOWN,   /* one of the two is worthless, or they are of different kinds */
    IDENT_NEAR,      /* one character differs, is missing, or two neighbours are turned */
    IDENT_PARTIAL,   /* telephones: the last 8 digits, and a country is known of one only */
    IDENT_LOOKALIKE, /* equal but for look-alike characters, or for the country */
    IDENT_SAME,
};

/*
 * Reads `text` as `kind`. `country`: where it is from, or for a telephone from where it was dialled; "" or NULL: unknown.
 * INPUT when it cannot be of that kind. A wrong check character is told, not refused.
 */
bool ident_read(enum ident_kind kind, struct span text, const char *country, struct ident *out,
                struct error *err);
enum ident_like ident_compare(const struct ident *a, const struct ident *b);
/* "same", "equal but for look-alike characters", ...: for reasons. */
const char *ident_like_words(enum ident_like like);
/* "document", "plate", ... */
const char *ident_kind_name(enum ident_kind kind);
/* IDENT_NONE for a name of no kind. */
enum ident_kind ident_kind_of(struct span name);
/*
 * Which kinds a text of an officer's search may be, likeliest first, without being told; returns how many. A right check
 * character comes before a form, a form before "any document".
 */
size_t ident_guess(struct span text, const char *country, struct ident out[IDENT_GUESS_MAX]);
/* What a personal number says of its bearer: date of birth and sex ('m', 'f', 0 unknown). False: it says nothing. */
bool ident_bearer(const struct ident *number, struct birth *birth, char *sex);

#endif
