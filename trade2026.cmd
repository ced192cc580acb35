@node "%~dp0cli\start.mjs" %*
