/*
 * Date: a birth date as registers hold it: whole, month and year, year alone, or unknown; and how like two of them are.
 * 1 January of a year, and dates that no calendar has, stand for "this year" in the registers of several countries: they
 * are read as the year alone.
 */
#ifndef BESA_MATCH_DATE_H
#define BESA_MATCH_DATE_H

#include "base/error.h"
#include "base/span.h"

#define DATE_YEAR_LEAST 1850
#define DATE_YEAR_MOST  2150
#define DATE_TEXT_MAX   64 /* bytes of a date that are looked at */

struct date {
    uint16_t year;       /* 0: unknown */
    uint8_t month;       /* 1 to 12; 0: unknown */
    uint8_t day;         /* 1 to 31; 0: unknown */
    bool is_about;       /* "about 1984" */
    bool is_placeholder; /* was 1 January: the day says nothing */
};

/* How alike, from worst to best. */
enum date_like {
    DATE_DIFFERENT,
    DATE_UNKNOWN,   /* one of the two says nothing */
    DATE_YEAR_NEAR, /* years differ by one, or by up to two where one is "about"; no more is known */
    DATE_SAME_YEAR,  /* and no more is known of one of them */
    DATE_ONE_DIGIT,  /* one digit of the whole date differs, or two neighbours are turned */
    DATE_SWAPPED,    /* day and month are in the other's place */
    DATE_SAME_MONTH, /* month and year, and no day is known of one of them */
    DATE_SAME,
};

/*
 * Reads 1984-05-03, 19840503, 3.5.1984, 03/05/1984, 03-05-1984, 05/1984, 1984-05, 1984, "ca. 1984", 00.00.1984. Day before
 * month, as the countries of the exchange write; when the second number cannot be a month, the first is it. INPUT when it
 * is no date; an empty text is a date of which nothing is known.
 */
bool date_read(struct span text, struct date *out, struct error *err);
/* As a number for the index, ordered by year; 0: nothing is known. */
uint32_t date_pack(const struct date *date);
struct date date_unpack(uint32_t packed);
enum date_like date_compare(const struct date *a, const struct date *b);
/* "same", "day and month swapped", ...: for reasons. */
const char *date_like_words(enum date_like like);

#endif
