# Style is a test: the layers, the headers, the format, the scripts and the generated law table, and the checkers themselves.
function(besa_style name)
  add_test(NAME style_${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(style_${name} PROPERTIES LABELS style TIMEOUT 120 SKIP_RETURN_CODE 77)
endfunction()

foreach(check layers code tests words)
  besa_style(${check} tools/check_layers ${check})
endforeach()
besa_style(headers_alone tools/check_headers)
besa_style(format tools/check_format)
besa_style(scripts tools/check_scripts)
besa_style(law tools/law --check)

file(GLOB checkers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/style/*_test.py)
foreach(checker ${checkers})
  get_filename_component(name ${checker} NAME_WE)
  besa_style(${name} ${checker})
endforeach()

# The flags of this tree, under the compiler of this machine.
add_executable(style_auto_var_init ${CMAKE_SOURCE_DIR}/cmake/checks/auto_var_init.c)
add_test(NAME style_auto_var_init COMMAND style_auto_var_init)
set_tests_properties(style_auto_var_init PROPERTIES LABELS style TIMEOUT 20)
