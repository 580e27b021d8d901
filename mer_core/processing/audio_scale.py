"""The numbers that bring audio features to about unit scale, in the order of AUDIO_NAMES.

Mean and standard deviation over the voices of the first 240 utterances of the puppets' training
split. They are fixed: real speech is brought to the scale of the puppets, whatever it is like.
"""

CENTRE: tuple[float, ...] = (
    -8.067, -2.947, -2.565, -3.198, -3.412, -4.083, -5.513, -8.478,
    -11.59, -13.96, -16.54, -19.2, -21.79, -24.02, -25.87, -27.4,
    -28.59, -29.01, -29.15, -30.59, -33.56, -36.53, -38.56, -40.29,
    -41.88, -43.06, -43.55, -43.83, -43.79, -43.64, -43.55, -43.5,
    0.1012, 0.2658, -0.0003647, 0.7652, -58.93, 4.904, -0.7488, 15.2,
    0.05652, 1.637,
)  # fmt: skip

SPREAD: tuple[float, ...] = (
    19.56, 19.76, 19.22, 19.08, 19.06, 19.09, 19.27, 18.65,
    17.71, 16.78, 15.95, 14.96, 14.03, 13.29, 12.86, 12.43,
    11.68, 10.93, 10.65, 10.54, 9.821, 8.269, 7.038, 6.293,
    5.888, 5.495, 5.45, 5.475, 5.64, 5.899, 6.127, 6.27,
    0.438, 0.2559, 0.213, 0.3326, 15.37, 5.312, 13.68, 8.94,
    0.05483, 1.236,
)  # fmt: skip
