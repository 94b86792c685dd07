# Warnings and hardening. Each hardening flag is asked for first, so that gcc and clang both build.
include(CheckCCompilerFlag)
include(CheckCSourceRuns)
include(CheckLinkerFlag OPTIONAL)

add_compile_definitions(_GNU_SOURCE _FILE_OFFSET_BITS=64 BESA_VERSION="${PROJECT_VERSION}")
set(BESA_WARNINGS
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wformat=2 -Wundef -Wvla -Wcast-qual
    -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wnull-dereference -Wswitch-enum)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND BESA_WARNINGS -Wduplicated-cond -Wlogical-op -Wimplicit-fallthrough=5
       -Wjump-misses-init -Wstack-usage=65536)
else()
  list(APPEND BESA_WARNINGS -Wimplicit-fallthrough -Wcomma -Wunreachable-code-aggressive
       -Wassign-enum)
endif()
if(BESA_WERROR)
  list(APPEND BESA_WARNINGS -Werror)
endif()
add_compile_options(${BESA_WARNINGS})

if(BESA_SANITIZE)
  add_compile_options(-fsanitize=${BESA_SANITIZE} -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${BESA_SANITIZE})
  if(BESA_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=all)
    # gcc's own null and stack analyses give false alarms on sanitised code.
    add_compile_options(-Wno-null-dereference)
    # Red zones make frames larger than they are in a node.
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
      add_compile_options(-Wno-stack-usage)
    endif()
  endif()
else()
  foreach(flag
      -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -fzero-call-used-regs=used-gpr)
    string(MAKE_C_IDENTIFIER "HAVE${flag}" known)
    check_c_compiler_flag(${flag} ${known})
    if(${known})
      add_compile_options(${flag})
    endif()
  endforeach()
  # Only from a compiler that it does not make spoil locals (gcc 12.2 does): docs/decisions/0008.
  file(READ ${CMAKE_SOURCE_DIR}/cmake/checks/auto_var_init.c source)
  set(CMAKE_REQUIRED_FLAGS -ftrivial-auto-var-init=zero)
  check_c_source_runs("${source}" BESA_AUTO_VAR_INIT_IS_SOUND)
  unset(CMAKE_REQUIRED_FLAGS)
  if(BESA_AUTO_VAR_INIT_IS_SOUND)
    add_compile_options(-ftrivial-auto-var-init=zero)
  endif()
  add_compile_options("$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3>")
  add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()
add_link_options(-Wl,--as-needed)
