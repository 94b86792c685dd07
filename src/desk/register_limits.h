/* Limits and words of the register, for those who do not see its rows. */
#ifndef BESA_DESK_REGISTER_LIMITS_H
#define BESA_DESK_REGISTER_LIMITS_H

#define REGISTER_SENDER_SIZE_MAX   200
#define REGISTER_SUBJECT_SIZE_MAX  2000
#define REGISTER_ORIGINAL_SIZE_MAX 200
#define TRANSLATION_SIZE_MAX       20000

#define REGISTER_CHANNEL_COUNT     12
extern const char *const register_channel_names[REGISTER_CHANNEL_COUNT];

#endif
