/*
 * MRZ: the machine-readable zone of a travel document (ICAO Doc 9303, parts 3 to 7): identity cards of three lines of 30
 * (TD1), of two lines of 36 (TD2), passports of two lines of 44 (TD3), and visas (MRV-A, MRV-B). Typed or read by a camera:
 * O in place of 0 and the like are mended where the form wants the other; a wrong check digit is told, not refused.
 */
#ifndef BESA_MATCH_MRZ_H
#define BESA_MATCH_MRZ_H

#include "match/birth.h"

#define MRZ_TEXT_MAX 256
#define MRZ_NAME_MAX 40

/* Check digits that are wrong. */
enum mrz_wrong {
    MRZ_WRONG_NUMBER = 1,
    MRZ_WRONG_BIRTH = 2,
    MRZ_WRONG_EXPIRY = 4,
    MRZ_WRONG_OPTIONAL = 8, /* of a passport's personal number */
    MRZ_WRONG_WHOLE = 16,
};

struct mrz {
    char code[3];   /* "P", "ID", "V", ... */
    char issuer[4]; /* state: ISO 3166-1 alpha-3, or ICAO's own (D, UNO, RKS) */
    char nationality[4];
    char number[27];                /* of the document */
    char optional[30];              /* a personal number, in many states */
    char surname[MRZ_NAME_MAX + 1]; /* words apart by one space */
    char given[MRZ_NAME_MAX + 1];
    struct birth birth;   /* parts that are not told are unknown */
    uint16_t expiry_year; /* 0: none */
    uint8_t expiry_month;
    uint8_t expiry_day;
    char sex;       /* 'm', 'f', 0 not told */
    unsigned wrong; /* enum mrz_wrong, together */
};

/*
 * Reads the lines, with or without line ends, spaces or small letters. `year`: of today; a birth is not in the future.
 * INPUT when it is of none of the five forms.
 */
bool mrz_read(struct span text, unsigned year, struct mrz *out, struct error *err);
/* The two-letter country of a three-letter one, for the states of the exchange and their neighbours; "" for others. */
const char *mrz_country(const char *alpha3);

#endif
