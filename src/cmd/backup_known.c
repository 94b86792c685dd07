/* Backups known to the books: see backup_known.h. */
#include "cmd/backup_known.h"

#include "base/attributes.h"
#include "base/text.h"
#include "store/local_rows.h"

#include <stdio.h>

static bool known_text_read(struct span text, struct backup_known *out)
{
    char copy[160];
    long long made = 0;
    long long verified = 0;
    long long last = -1;

    if (text.size >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    if (sscanf(copy, "%lld %lld %64[0-9a-f] %lld", &made, &verified, out->manifest, &last) < 3)
        return false;
    out->last_entry = last;
    out->made_ms = made;
    out->verified_ms = verified;
    return true;
}

bool backup_known_read(struct database *db, struct backup_known *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4096);
    struct span value;

    *out = (struct backup_known){.made_ms = 0};
    if (setting_get(db, &arena, BACKUP_SETTING, &value, err))
        return known_text_read(value, out) ||
               error_set(err, ERROR_STORE, "setting " BACKUP_SETTING " is damaged");
    bool is_absent = err->kind == ERROR_MISSING;
    if (is_absent)
        error_clear(err);
    return is_absent;
}
