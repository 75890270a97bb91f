@extended
Feature: The webhook validates replicas, concurrency and loggers of every component
  Predictor, transformer and explainer have common settings. The webhook rejects invalid numbers, and loggers that do
  not set what to log.

  @rule-replicas-in-order
  Scenario Outline: A predictor with <what> is <answer>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          <first>
          <second>
      """
    Then the service is <answer>

    Examples:
      | what                                           | first           | second          | answer   |
      | more replicas at most than at least            | minReplicas: 1  | maxReplicas: 3  | accepted |
      | as many replicas at most as at least           | minReplicas: 2  | maxReplicas: 2  | accepted |
      | no replicas at least                           | minReplicas: 0  | maxReplicas: 1  | accepted |
      | more replicas at least than at most            | minReplicas: 3  | maxReplicas: 2  | rejected |
      | 0 replicas at most, which means no limit       | minReplicas: 3  | maxReplicas: 0  | accepted |
      | no limit                                       | minReplicas: 3  |                 | accepted |
      | fewer than no replicas at least                | minReplicas: -1 |                 | rejected |
      | fewer than no replicas at most                 |                 | maxReplicas: -1 | rejected |

  @rule-replicas-in-order
  Scenario Outline: <text> is the message about replicas of the <component>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        <component>:
          containers: [{name: kserve-container, image: example.com/own:1}]
          <settings>
      """
    Then the service is rejected with "<text>"

    @until-0.13.1
    Examples: Before v0.14.0
      | component   | settings        | text                                            |
      | transformer | minReplicas: -1 | MinReplicas cannot be less than 0.              |
      | explainer   | maxReplicas: -1 | MaxReplicas cannot be less than 0.              |

    @since-0.14.0
    Examples: Since v0.14.0
      | component   | settings        | text                                            |
      | transformer | minReplicas: -1 | 'MinReplicas' cannot be less than 0             |
      | explainer   | maxReplicas: -1 | 'MaxReplicas' cannot be less than 0             |

  @rule-replicas-in-order
  Scenario Outline: <text> is the message about a minimum above the maximum
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        transformer:
          containers: [{name: kserve-container, image: example.com/own:1}]
          minReplicas: 3
          maxReplicas: 2
      """
    Then the service is rejected with "<text>"

    @until-0.13.1
    Examples: Before v0.14.0
      | text                                            |
      | MinReplicas cannot be greater than MaxReplicas. |

    @since-0.14.0
    Examples: Since v0.14.0
      | text                                            |
      | 'MinReplicas' cannot be greater than MaxReplicas |

  @rule-concurrency-not-negative
  Scenario Outline: A concurrency of <number> is <answer>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          containerConcurrency: <number>
      """
    Then the service is <answer>

    Examples:
      | number | answer   |
      | 4      | accepted |
      | 0      | accepted |
      | -1     | rejected |

  @rule-concurrency-not-negative
  Scenario Outline: <text> is the message about concurrency
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        explainer:
          containers: [{name: kserve-container, image: example.com/own:1}]
          containerConcurrency: -1
      """
    Then the service is rejected with "<text>"

    @until-0.13.1
    Examples: Before v0.14.0
      | text                               |
      | Parallelism cannot be less than 0. |

    @since-0.14.0
    Examples: Since v0.14.0
      | text                              |
      | parallelism cannot be less than 0 |

  @rule-logger-mode-required
  Scenario Outline: A logger with <what> is <answer>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          logger: <logger>
      """
    Then the service is <answer>

    Examples:
      | what            | logger                                         | answer   |
      | a mode          | {mode: request, url: http://example.com}       | accepted |
      | no mode         | {url: http://example.com}                      | rejected |
      | an unknown mode | {mode: everything}                             | rejected |

  @rule-logger-mode-required
  Scenario Outline: <text> is the message about a logger without a mode
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        transformer:
          containers: [{name: kserve-container, image: example.com/own:1}]
          logger: {}
      """
    Then the service is rejected with "<text>"

    @until-0.13.1
    Examples: Before v0.14.0
      | text                |
      | Invalid logger type |

    @since-0.14.0
    Examples: Since v0.14.0
      | text                |
      | invalid logger type |

  @rule-logger-storage-whole @since-0.16.0
  Scenario Outline: The storage of a logger with <what> is <answer>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          logger:
            mode: all
            storage: <storage>
      """
    Then the service is <answer>

    Examples:
      | what                      | storage                                     | answer   |
      | path, parameters and key  | {path: logs, key: own, parameters: {a: b}}  | accepted |
      | no path                   | {key: own, parameters: {a: b}}              | rejected |
      | no key                    | {path: logs, parameters: {a: b}}            | rejected |
      | no parameters             | {path: logs, key: own}                      | rejected |

  @rule-logger-storage-whole @since-0.16.0
  Scenario: The message about the storage of a logger
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          logger: {mode: all, storage: {}}
      """
    Then the service is rejected with "invalid logger storage configuration"
