/* What the readers of ident*.c share; nobody else's. */
#ifndef BESA_MATCH_IDENT_PRIVATE_H
#define BESA_MATCH_IDENT_PRIVATE_H

#include "match/ident.h"

/*
 * Capital letters and digits of `text` into out[room]: marks and separators dropped, Greek and Cyrillic letters that look like
 * Latin ones and Arabic digits exchanged. False when it has another letter, none at all, or too many.
 */
bool ident_compact(struct span text, char *out, size_t room);
/* The same with look-alike characters as one. */
void ident_key_write(const char *value, char *out);
/* A digit for a look-alike letter and the reverse; 0 when it looks like none. */
char ident_twin_digit(char letter);
char ident_twin_letter(char digit);
bool is_digits(const char *text);
bool is_country(const char *country);
/* A number of a table, which its generator has checked. */
size_t ident_table_number(const char *digits);
void ident_country_set(struct ident *out, const char *country);

/* One for each kind; `out` comes with kind set and all else empty. False: not of this kind. */
bool ident_read_number(struct span text, const char *country, struct ident *out);
bool ident_read_plate(struct span text, const char *country, struct ident *out);
bool ident_read_phone(struct span text, const char *country, struct ident *out);
bool ident_read_account(struct span text, struct ident *out);
bool ident_read_vin(struct span text, struct ident *out);
bool ident_read_imei(struct span text, struct ident *out);
bool ident_read_email(struct span text, struct ident *out);
/* The check digit of Luhn (ISO/IEC 7812-1) is right; digits only. */
bool ident_luhn(const char *digits);

#endif
