/*
 * Birth: a birth date as registers hold it: whole, month and year, year alone, or unknown; and how like two of them are.
 * 1 January of a year, and dates that no calendar has, stand for "this year" in the registers of several countries: they
 * are read as the year alone.
 */
#ifndef BESA_MATCH_BIRTH_H
#define BESA_MATCH_BIRTH_H

#include "base/error.h"
#include "base/span.h"

#define BIRTH_YEAR_LEAST 1850
#define BIRTH_YEAR_MOST  2150
#define BIRTH_TEXT_MAX   64 /* bytes of a date that are looked at */

struct birth {
    uint16_t year;       /* 0: unknown */
    uint8_t month;       /* 1 to 12; 0: unknown */
    uint8_t day;         /* 1 to 31; 0: unknown */
    bool is_about;       /* "about 1984" */
    bool is_placeholder; /* was 1 January: the day says nothing */
};

/* How alike, from worst to best. */
enum birth_like {
    BIRTH_DIFFERENT,
    BIRTH_UNKNOWN,   /* one of the two says nothing */
    BIRTH_YEAR_NEAR, /* years differ by one, or by up to two where one is "about"; no more is known */
    BIRTH_SAME_YEAR,  /* and no more is known of one of them */
    BIRTH_ONE_DIGIT,  /* one digit of the whole date differs, or two neighbours are turned */
    BIRTH_SWAPPED,    /* day and month are in the other's place */
    BIRTH_SAME_MONTH, /* month and year, and no day is known of one of them */
    BIRTH_SAME,
};

/*
 * Reads 1984-05-03, 19840503, 3.5.1984, 03/05/1984, 03-05-1984, 05/1984, 1984-05, 1984, "ca. 1984", 00.00.1984. Day before
 * month, as the countries of the exchange write; when the second number cannot be a month, the first is it. INPUT when it
 * is no date; an empty text is a date of which nothing is known.
 */
bool birth_read(struct span text, struct birth *out, struct error *err);
/* As a number for the index, ordered by year; 0: nothing is known. */
uint32_t birth_pack(const struct birth *date);
struct birth birth_unpack(uint32_t packed);
enum birth_like birth_compare(const struct birth *a, const struct birth *b);
/* "same", "day and month swapped", ...: for reasons. */
const char *birth_like_words(enum birth_like like);

#endif
