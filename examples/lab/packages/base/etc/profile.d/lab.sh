# Settings of every shell in the lab.
export EDITOR=vi
umask 022
