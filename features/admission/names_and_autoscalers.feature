@extended
Feature: The webhook validates the name and the autoscaler of a service
  The name of a service becomes part of other names, so KServe is stricter about it than Kubernetes. The webhook also
  rejects unknown autoscaler classes; the list of known ones has grown over the releases.

  @rule-service-name-checked
  Scenario Outline: The name <name> is <answer>
    When a service "<name>" in namespace "team-a" requests "sklearn"
    Then the service is <answer>

    Examples:
      | name    | answer   |
      | fraud-2 | accepted |
      | 2-fraud | rejected |
      | fraud.2 | rejected |

  @rule-service-name-checked
  Scenario: The message explains which names are valid
    When a service "2-fraud" in namespace "team-a" requests "sklearn"
    Then the service is rejected with "must start with alphabetical character"

  @rule-autoscaler-class-checked
  Scenario Outline: The autoscaler class <class> is <answer> <when>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/autoscalerClass: <class>}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
      """
    Then the service is <answer>

    Examples: In every release
      | class | answer   | when             |
      | hpa   | accepted | in every release |
      | own   | rejected | in every release |

    @until-0.11.2
    Examples: Before v0.12.0
      | class    | answer   | when           |
      | external | rejected | before v0.12.0 |

    @since-0.12.0
    Examples: Since v0.12.0
      | class    | answer   | when          |
      | external | accepted | since v0.12.0 |

    @until-0.14.1
    Examples: Before v0.15.0
      | class | answer   | when           |
      | keda  | rejected | before v0.15.0 |

    @since-0.15.0
    Examples: Since v0.15.0
      | class | answer   | when          |
      | keda  | accepted | since v0.15.0 |

    @until-0.15.1
    Examples: Before v0.15.2
      | class | answer   | when           |
      | none  | rejected | before v0.15.2 |

    @since-0.15.2
    Examples: Since v0.15.2
      | class | answer   | when          |
      | none  | accepted | since v0.15.2 |
