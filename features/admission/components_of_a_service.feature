@extended
Feature: A transformer and an explainer are checked like a predictor
  Besides its predictor, a service can have a transformer and an explainer. The webhook requires exactly one
  implementation of each. A transformer consists of custom containers; an explainer can also be one of KServe's own.
  Settings such as replicas do not count as an implementation.

  @rule-component-implementations
  Scenario Outline: <what> is <answer>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        <component>: <settings>
      """
    Then the service is <answer>

    Examples: In every release
      | what                                         | component   | settings                                                             | answer   |
      | A transformer with a container               | transformer | {containers: [{name: own, image: example.com/own:1}]}                | accepted |
      | A transformer without settings               | transformer | {}                                                                   | rejected |
      | A transformer with replicas alone            | transformer | {minReplicas: 1}                                                     | rejected |
      | An explainer with a container                | explainer   | {containers: [{name: own, image: example.com/own:1}]}                | accepted |
      | An explainer of type ART                     | explainer   | {art: {type: SquareAttack}}                                          | accepted |
      | An explainer with replicas alone             | explainer   | {minReplicas: 1}                                                     | rejected |
      | An explainer of type ART next to a container | explainer   | {art: {type: SquareAttack}, containers: [{name: own, image: own:1}]} | rejected |

  @rule-component-implementations
  Scenario: The fields of another API version do not make a transformer
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        transformer:
          custom:
            container: {name: own, image: example.com/own:1}
      """
    Then the service is rejected with "xactly one of [PodSpec"

  @rule-component-implementations
  Scenario: A service without a spec has no predictor
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec: {}
      """
    Then the service is rejected

  @rule-explainers-known
  Scenario Outline: The explainer <explainer> is <answer> <when>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        explainer:
          <explainer>: {type: <type>}
      """
    Then the service is <answer>

    @until-0.10.2
    Examples: AIX until v0.10.2
      | explainer | type       | answer   | when          |
      | aix       | LimeImages | accepted | until v0.10.2 |

    @since-0.11.0
    Examples: No AIX since v0.11.0
      | explainer | type       | answer   | when          |
      | aix       | LimeImages | rejected | since v0.11.0 |

    @until-0.12.1
    Examples: Alibi until v0.12.1
      | explainer | type          | answer   | when          |
      | alibi     | AnchorTabular | accepted | until v0.12.1 |

    @since-0.13.0
    Examples: No Alibi since v0.13.0
      | explainer | type          | answer   | when          |
      | alibi     | AnchorTabular | rejected | since v0.13.0 |

  @rule-component-implementations
  Scenario Outline: The message lists what a <component> can be: <releases>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        <component>: {minReplicas: 1}
      """
    Then the service is rejected with "<text>"

    @until-0.13.1
    Examples: Transformers before v0.14.0
      | component   | releases      | text                                                      |
      | transformer | up to v0.13.1 | Exactly one of [PodSpec] must be specified in TransformerSpec |

    @since-0.14.0 @until-0.15.2
    Examples: Transformers from v0.14.0 on
      | component   | releases           | text                                                      |
      | transformer | v0.14.0 to v0.15.2 | exactly one of [PodSpec] must be specified in TransformerSpec |

    @since-0.16.0
    Examples: Transformers since v0.16.0
      | component   | releases      | text                                                                              |
      | transformer | since v0.16.0 | exactly one of [PodSpec, ComponentExtensionSpec] must be specified in TransformerSpec |

    @until-0.10.2
    Examples: Explainers with AIX
      | component | releases      | text                                                                     |
      | explainer | up to v0.10.2 | Exactly one of [Alibi, AIX, ART, PodSpec] must be specified in ExplainerSpec |

    @since-0.11.0 @until-0.12.1
    Examples: Explainers with Alibi
      | component | releases           | text                                                                |
      | explainer | v0.11.0 to v0.12.1 | Exactly one of [Alibi, ART, PodSpec] must be specified in ExplainerSpec |

    @since-0.13.0 @until-0.13.1
    Examples: Explainers in v0.13
      | component | releases | text                                                         |
      | explainer | v0.13    | Exactly one of [ART, PodSpec] must be specified in ExplainerSpec |

    @since-0.14.0 @until-0.15.2
    Examples: Explainers from v0.14.0 on
      | component | releases           | text                                                         |
      | explainer | v0.14.0 to v0.15.2 | exactly one of [ART, PodSpec] must be specified in ExplainerSpec |

    @since-0.16.0
    Examples: Explainers since v0.16.0
      | component | releases      | text                                                                                 |
      | explainer | since v0.16.0 | exactly one of [ART, PodSpec, ComponentExtensionSpec] must be specified in ExplainerSpec |

  @rule-component-defaults
  Scenario: The first container of a transformer is named and sized
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        transformer:
          containers:
            - {name: own, image: example.com/own:1}
      """
    Then its stored manifest has
      """
      spec:
        transformer:
          containers:
            - name: kserve-container
              image: example.com/own:1
              resources:
                limits: {cpu: "1", memory: 2Gi}
                requests: {cpu: "1", memory: 2Gi}
      """

  @rule-component-defaults
  Scenario: An explainer of KServe's is named, sized and gets a version
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        explainer:
          art: {type: SquareAttack}
      """
    Then its stored manifest has
      """
      spec:
        explainer:
          art:
            type: SquareAttack
            name: kserve-container
            runtimeVersion: latest
            resources:
              limits: {cpu: "1", memory: 2Gi}
              requests: {cpu: "1", memory: 2Gi}
      """

  @rule-zero-values-written
  Scenario: A container without a name is accepted, because the webhook writes one before the schema is checked
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - image: example.com/own:1
              ports: [{}]
      """
    Then the service is accepted

  @rule-zero-values-written @since-0.15.0
  Scenario: A scaling target without a type is rejected, because the webhook writes an empty one
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
          autoScaling:
            metrics:
              - type: Resource
                resource: {name: cpu, target: {averageUtilization: 50}}
      """
    Then the service is rejected with "target.type: Unsupported value"

  @rule-zero-values-written @since-0.17.0
  Scenario: A rule for exit codes without an operator is rejected, because the webhook leaves out what Go omits when empty
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - name: kserve-container
              image: example.com/own:1
              restartPolicyRules:
                - {action: Restart, exitCodes: {}}
      """
    Then the service is rejected with "exitCodes.operator: Required value"
