"""The numbers that bring audio features to about unit scale, in the order of AUDIO_NAMES.

Mean and standard deviation over the voices of the first 240 utterances of the puppets' training
split. They are fixed: real speech is brought to the scale of the puppets, whatever it is like.
"""

CENTRE: tuple[float, ...] = (
    -7.371, -2.358, -2.174, -2.88, -3.23, -3.718, -5.311, -8.34,
    -11.56, -13.91, -16.48, -19.12, -21.78, -23.99, -25.86, -27.47,
    -28.67, -29.07, -29.2, -30.67, -33.69, -36.66, -38.73, -40.51,
    -42.06, -43.18, -43.63, -43.88, -43.81, -43.64, -43.53, -43.47,
    0.07609, 0.2706, -0.001609, 0.7662, -58.94, 4.919, -0.7575, 15.28,
    0.05848, 1.631,
)  # fmt: skip

SPREAD: tuple[float, ...] = (
    19.55, 19.7, 19.22, 19.14, 19.07, 19.12, 19.21, 18.65,
    17.53, 16.69, 15.75, 14.84, 13.88, 13.15, 12.68, 12.18,
    11.42, 10.68, 10.35, 10.22, 9.598, 8.065, 6.774, 6.006,
    5.623, 5.266, 5.238, 5.264, 5.431, 5.698, 5.914, 6.06,
    0.4034, 0.2529, 0.1995, 0.3327, 15.36, 5.322, 13.74, 8.662,
    0.05565, 1.232,
)  # fmt: skip
